import { describe, expect, it } from 'vitest';
import { StreamCalls } from '../../../../../core/src/dialects/openai-chat/translate/stream-calls.ts';
import type { JsonObject, JsonValue } from '../../../../../core/src/model/json.ts';
import type { NeutralEvent } from '../../../../../core/src/model/neutral.ts';

/** Reads one delta for each list of pieces; gives calls as `name/id=arguments`. */
function read(...deltas: JsonValue[][]): string[] {
  const calls = new StreamCalls();
  return calledWith(deltas.flatMap((pieces) => calls.read({ tool_calls: pieces })));
}

function calledWith(events: readonly NeutralEvent[]): string[] {
  const seen: string[] = [];
  for (const event of events) {
    if (event.kind === 'toolCall') {
      expect(event.call).toBe(seen.length);
      seen.push(`${event.name}/${event.id}=`);
    } else if (event.kind === 'arguments') seen[event.call] += event.piece;
  }
  return seen;
}

const piece = (index: number | undefined, given: JsonValue, id?: string, name?: string): JsonObject => ({
  ...(index !== undefined && { index }),
  ...(id !== undefined && { id, type: 'function' }),
  function: { ...(name !== undefined && { name }), arguments: given },
});

describe('what makes no sense', () => {
  it.each<JsonValue>([
    null,
    'x',
    [],
    {},
    { index: 0 },
    { index: 0, id: '', function: { name: '', arguments: '' } },
    { index: 'x', function: null },
  ])('%j is no call', (odd) => {
    const calls = new StreamCalls();
    expect(calls.read({ tool_calls: [odd], function_call: odd })).toEqual([]);
    expect(calls.any).toBe(false);
  });

  it('pieces that come before the name wait for it', () => {
    expect(read([piece(0, '{"a"')], [piece(0, ':1}', 'x')], [piece(0, '', undefined, 'look')])).toEqual(['look/x={"a":1}']);
    expect(read([piece(0, '{"a"', 'x')], [piece(0, ':1}')], [piece(0, '', undefined, 'look')])).toEqual(['look/x={"a":1}']);
  });
});

describe('calls are told apart', () => {
  it('by their index, also where they interleave', () => {
    expect(
      read([piece(0, '', 'x', 'a'), piece(1, '', 'y', 'b')], [piece(1, '{"b"')], [piece(0, '{"a"'), piece(1, ':2}')], [piece(0, ':1}')]),
    ).toEqual(['a/x={"a":1}', 'b/y={"b":2}']);
  });

  it('litellm#4554: an index that begins at 1 is still the first call', () => {
    expect(read([piece(1, '{}', 'x', 'a')], [piece(3, '{}', 'y', 'b')])).toEqual(['a/x={}', 'b/y={}']);
  });

  it('by their id, where one index is used for several', () => {
    expect(read([piece(0, '{"a":1}', 'x', 'a')], [piece(0, '{"b":2}', 'y', 'b')])).toEqual(['a/x={"a":1}', 'b/y={"b":2}']);
  });

  it('by where they stand, without an index', () => {
    expect(read([piece(undefined, '{}', 'x', 'a'), piece(undefined, '{}', 'y', 'b')], [piece(undefined, '{}', 'z', 'c')])).toEqual([
      'a/x={}',
      'b/y={}',
      'c/z={}',
    ]);
  });

  it('vercel/ai#19091: without ids, whole calls one after the other', () => {
    expect(read([piece(0, '{"a":1}', '', 'a')], [piece(0, '{"a":2}', '', 'a')], [piece(0, { a: 3 }, '', 'a')])).toEqual([
      'a/={"a":1}',
      'a/={"a":2}',
      'a/={"a":3}',
    ]);
  });

  it('vercel/ai 45b3d76: partial arguments that happen to be JSON end nothing', () => {
    expect(read([piece(0, '{}', 'x', 'a')], [piece(0, ' ')], [piece(0, '', 'x', 'a')], [piece(0, '', '', 'a')])).toEqual(['a/x={} ']);
    expect(read([piece(0, '{"a":', '', 'a')], [piece(0, '{}', '', 'a')], [piece(0, '}', '', 'a')])).toEqual(['a/={"a":{}}']);
  });

  it('a name said again, without ids and arguments, begins no other', () => {
    expect(read([piece(0, '{"a":1}', '', 'a')], [piece(0, '', '', 'a')])).toEqual(['a/={"a":1}']);
  });

  it('id and name that come with every piece come once', () => {
    expect(read([piece(0, '{"a"', 'x', 'a')], [piece(0, ':1}', 'x', 'a')], [piece(0, '', '')])).toEqual(['a/x={"a":1}']);
  });
});

describe('what calls carry', () => {
  it('litellm#16893: the signature, also one that comes late', () => {
    const opaque = { dialect: 'google-generate-content', value: 'sig' };
    const extra_content = { google: { thought_signature: 'sig' } };
    expect(new StreamCalls().read({ tool_calls: [{ ...piece(0, '', 'x', 'a'), extra_content }] })).toEqual([
      { kind: 'toolCall', call: 0, id: 'x', name: 'a', opaque },
    ]);
    const calls = new StreamCalls();
    calls.read({ tool_calls: [piece(0, '', 'x', 'a')] });
    expect(calls.read({ tool_calls: [{ index: 0, extra_content }] })).toEqual([{ kind: 'reasoningOpaque', opaque }]);
  });

  it('legacy functions are tools', () => {
    const calls = new StreamCalls();
    const events = [{ name: 'look', arguments: '' }, { arguments: '{"a"' }, { arguments: ':1}' }].flatMap((function_call) =>
      calls.read({ function_call }),
    );
    expect(calledWith(events)).toEqual(['look/={"a":1}']);
    expect(calls.any).toBe(true);
  });
});
