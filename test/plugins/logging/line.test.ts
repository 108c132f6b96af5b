import { describe, expect, it } from 'vitest';
import type { AttemptRecord } from '../../../core/src/model/response.ts';
import type { Settlement } from '../../../core/src/model/settlement.ts';
import { extended, fieldsOf, messageOf, severityOf } from '../../../plugins/logging/src/line.ts';

const target = { id: 'up/m', provider: 'up', model: 'm' };

const attempt: AttemptRecord = {
  id: 'e.1',
  target,
  kind: 'first',
  status: 200,
  outcome: 'completed',
  sent: true,
  error: undefined,
  usage: undefined,
  durationMs: 12.3456,
  dropped: [],
};

const settlement: Settlement = {
  id: 'e',
  outcome: 'completed',
  method: 'POST',
  path: '/v1/chat/completions',
  dialect: 'openai-chat',
  model: 'chat',
  target,
  source: 'upstream',
  status: 200,
  error: undefined,
  streamed: false,
  usage: undefined,
  finishReason: undefined,
  attempts: [attempt],
  durationMs: 20.0499,
  timeToFirstEventMs: undefined,
  bytesIn: 1,
  bytesOut: 2,
};

const fieldsFrom = (change: Partial<Settlement>) =>
  fieldsOf({ settlement: { ...settlement, ...change }, principal: undefined, cost: undefined }, 0);

describe('how severe an end is', () => {
  it.each([
    ['completed', 200, 'info', 'exchange completed'],
    ['completed', 404, 'warn', 'exchange refused'],
    ['completed', 429, 'warn', 'exchange refused'],
    ['completed', 503, 'error', 'exchange completed'], // an answer that a plugin made itself
    ['aborted', 200, 'info', 'exchange aborted'],
    ['aborted', 499, 'info', 'exchange aborted'],
    ['failed', 200, 'error', 'exchange failed'],
    ['failed', 502, 'error', 'exchange failed'],
  ] as const)('%s with %i: %s, "%s"', (outcome, status, severity, message) => {
    const ended = { ...settlement, outcome, status };
    expect(severityOf(ended)).toBe(severity);
    expect(messageOf(ended)).toBe(message);
  });
});

describe('the fields of a line', () => {
  it('tell times to a tenth of a millisecond, and when it was over in UTC', () => {
    expect(fieldsFrom({ timeToFirstEventMs: 0.06 })).toMatchObject({
      time: '1970-01-01T00:00:00.000Z',
      durationMs: 20,
      timeToFirstEventMs: 0.1,
    });
  });

  it('leave out what is not known, and keep what is nothing', () => {
    const fields = fieldsFrom({
      attempts: [],
      bytesIn: 0,
      usage: { input: 0, output: undefined, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw: {} },
    });
    expect(fields).toMatchObject({ attempts: 0, bytesIn: 0, usage: { input: 0 }, streamed: false });
    expect(Object.values(fields)).not.toContain(undefined);
    expect(fields.usage).toEqual({ input: 0 });
  });

  it('list attempts unless one went well', () => {
    expect(fieldsFrom({})).not.toHaveProperty('attemptRecords');
    const failed = { ...attempt, status: undefined, outcome: 'failed', error: 'GW_UPSTREAM_UNREACHABLE' } as const;
    expect(fieldsFrom({ attempts: [failed] }).attemptRecords).toEqual([
      { target: 'up/m', kind: 'first', outcome: 'failed', error: 'GW_UPSTREAM_UNREACHABLE', ms: 12.3 },
    ]);
    expect(fieldsFrom({ attempts: [attempt, attempt] }).attemptRecords).toHaveLength(2);
  });

  it.each([
    ['an escape', 'a\u001b[2Jb', 'a\ufffd[2Jb'],
    ['a line break', 'a\r\nb', 'a\ufffd\ufffdb'],
    ['a C1 control', 'a\u009bb', 'a\ufffdb'],
    ['a reversal of direction', 'a\u202eb', 'a\ufffdb'],
    ['a character of no width', 'a\u200bb', 'a\ufffdb'],
    ['half a character at the cut', `${'a'.repeat(199)}😀b`, `${'a'.repeat(199)}\ufffd…`],
    ['nothing odd', 'größe/模型 😀', 'größe/模型 😀'],
  ])('clean names of %s', (_what, model, cleaned) => {
    expect(fieldsFrom({ model }).model).toBe(cleaned);
  });

  it('take the team’s own in no place of others', () => {
    const own = { mine: true, count: 2, note: 'a\nb', status: 1, level: 'x', message: 'x', exception: true, dropped: 1, deep: {}, big: 1n };
    expect(extended({ status: 200 }, own)).toEqual({ status: 200, mine: true, count: 2, note: 'a\ufffdb' });
  });
});
