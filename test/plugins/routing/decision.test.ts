import { describe, expect, it } from 'vitest';
import { decide, routingReasons, scoresOf } from '../../../plugins/routing/src/decision.ts';
import { recordingLogger } from '../../core/harness/recording-logger.ts';
import { contextOf, targetsOf } from './context.ts';

describe('decide', () => {
  it('sets the order and leaves its reason after those of others', () => {
    const context = contextOf({ targets: targetsOf('a/m', 'b/m') });
    decide(context, recordingLogger(), 'one', { note: 'first' });
    decide(context, recordingLogger(), 'two', {
      note: 'second',
      targets: context.targets.slice(1),
      excluded: [{ target: 'a/m', why: 'asleep' }],
      scores: { 'b/m': 1 },
    });
    expect(context.order).toEqual(['b/m']);
    expect(context.get(routingReasons)).toEqual([
      { strategy: 'one', note: 'first', kept: ['a/m', 'b/m'], excluded: [] },
      { strategy: 'two', note: 'second', kept: ['b/m'], excluded: [{ target: 'a/m', why: 'asleep' }], scores: { 'b/m': 1 } },
    ]);
  });

  it('leaves the list alone when the order is the one it has', () => {
    const context = contextOf();
    const before = context.targets;
    decide(context, recordingLogger(), 'one', { note: 'same', targets: [...before] });
    expect(context.targets).toBe(before);
  });

  it('is in the debug log, with the exchange it belongs to, and costs no line otherwise', () => {
    const quiet = recordingLogger();
    decide(contextOf(), quiet, 'one', { note: 'why' });
    expect(quiet.lines).toEqual([]);
    const loud = recordingLogger(['debug']);
    decide(contextOf({ id: 'x-1' }), loud, 'one', { note: 'why' });
    expect(loud.lines).toMatchObject([{ level: 'debug', message: 'one: why', fields: { exchange: 'x-1', kept: ['a/m', 'b/m', 'c/m'] } }]);
  });
});

describe('scoresOf', () => {
  it('rounds, and leaves out what is not known', () => {
    expect(scoresOf(targetsOf('a/m', 'b/m'), ({ id }) => (id === 'a/m' ? 1 / 3 : undefined))).toEqual({ 'a/m': 0.3333 });
  });
});
