import { describe, expect, it } from 'vitest';
import { Losses } from '../../../../core/src/dialects/translate/losses.ts';
import { type LeftOut, withoutUnknown } from '../../../../core/src/dialects/translate/unknown-fields.ts';
import type { JsonObject } from '../../../../core/src/model/json.ts';
import type { NeutralField } from '../../../../core/src/model/neutral.ts';

const fields: LeftOut = new Map([
  ['stop', { field: 'stop', level: 'refuse' }],
  ['seed', { field: 'seed', level: 'drop' }],
  ['parallel_tool_calls', { field: 'parallelTools', level: 'refuse' }],
  ['store', undefined],
]);

function without(body: JsonObject, ...unknown: string[]) {
  const losses = new Losses<NeutralField>();
  return { body: withoutUnknown(body, unknown, fields, losses), lost: losses.list().map(({ field, level }) => `${level} ${field}`) };
}

describe('withoutUnknown', () => {
  it('a restriction that the target does not know is refused, the rest dropped; both told', () => {
    expect(without({ stop: ['x'], seed: 1, model: 'm' }, 'stop', 'seed')).toEqual({
      body: { model: 'm' },
      lost: ['refuse stop', 'drop seed'],
    });
  });

  it('never leaves out what makes the call, nor tells of what was not said', () => {
    expect(without({ model: 'm', messages: [] }, 'model', 'messages', 'seed')).toEqual({ body: { model: 'm', messages: [] }, lost: [] });
  });

  it('what happens anyway, and what only the gateway said, is no loss', () => {
    expect(without({ parallel_tool_calls: true, store: false }, 'parallel_tool_calls', 'store')).toEqual({ body: {}, lost: [] });
    expect(without({ parallel_tool_calls: false }, 'parallel_tool_calls').lost).toEqual(['refuse parallelTools']);
  });

  it('a target that knows everything gets everything', () => {
    expect(without({ stop: ['x'] })).toEqual({ body: { stop: ['x'] }, lost: [] });
  });
});
