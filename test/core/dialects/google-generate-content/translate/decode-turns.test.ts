import { describe, expect, it } from 'vitest';
import { decodeSystem, decodeTurns } from '../../../../../core/src/dialects/google-generate-content/translate/decode-turns.ts';
import { RequestLosses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { JsonObject, JsonValue } from '../../../../../core/src/model/json.ts';

const decode = (contents: JsonValue) => {
  const losses = new RequestLosses();
  return { turns: decodeTurns({ contents }, losses), losses: losses.list() };
};
const turnsOf = (...contents: JsonObject[]) => decode(contents).turns;
const model = (...parts: JsonObject[]): JsonObject => ({ role: 'model', parts });
const user = (...parts: JsonObject[]): JsonObject => ({ role: 'user', parts });
const own = (value: string) => ({ dialect: 'google-generate-content', value });
const refused = (...fields: string[]) => fields.map((field) => ({ field, level: 'refuse' }));

describe('what is no conversation', () => {
  it.each<[JsonValue, string]>([
    [[7], 'contents[0]'],
    [[{ role: 'system', parts: [{ text: 'x' }] }], 'contents[0].role'],
    [[{ role: 'user', parts: [7] }], 'contents[0].parts[0]'],
    [[{ role: 'user', parts: [{ text: 7 }] }], 'contents[0].parts[0].text'],
  ])('%j is refused at %s', (contents, param) => {
    expect(() => decode(contents)).toThrow(expect.objectContaining({ param }));
  });
});

describe('what no other format has', () => {
  it.each<[JsonObject]>([
    [user({ inlineData: { mimeType: 'video/mp4', data: 'AAAA' } })],
    [user({ somethingNew: {} })],
    [model({ executableCode: { language: 'PYTHON', code: '1' } })],
    [model({ codeExecutionResult: { outcome: 'OUTCOME_OK' } })],
    [model({ inlineData: { mimeType: 'image/png', data: 'AAAA' } })],
    [model({ toolCall: { toolType: 'GOOGLE_SEARCH' } })],
  ])('%j is not left out in silence', (content) => {
    expect(decode([content])).toMatchObject({ losses: refused('contents[0].parts[0]') });
  });

  it('names what it drops of a part', () => {
    const image = { inlineData: { mimeType: 'image/png', data: 'AAAA' }, mediaResolution: { level: 'HIGH' } };
    expect(decode([user(image)]).losses).toEqual([{ field: 'contents[0].parts[0].mediaResolution', level: 'drop' }]);
  });

  it('a part with nothing in it is nothing', () => {
    expect(decode([user({}, { text: 'x' })])).toEqual({ turns: [{ role: 'user', parts: [{ kind: 'text', text: 'x' }] }], losses: [] });
    const remarks = [{ part_metadata: { a: 1 } }, { partMetadata: {} }, { text: null, thought: false }, { inlineData: null }];
    expect(decode([user(...remarks)])).toEqual({ turns: [], losses: [] });
    expect(decode([model(...remarks)])).toEqual({ turns: [{ role: 'assistant', parts: [] }], losses: [] });
    expect(decode([model({ thought_signature: 'sig' })]).turns).toEqual([
      { role: 'assistant', parts: [{ kind: 'reasoning', text: '', opaque: own('sig') }] },
    ]);
  });
});

describe('turns', () => {
  it('without a role the user is meant; one content may stand without a list', () => {
    const turns = [{ role: 'user', parts: [{ kind: 'text', text: 'hi' }] }];
    expect(decode({ parts: { text: 'hi' } }).turns).toEqual(turns);
    expect(decode(['hi']).turns).toEqual(turns);
    expect(decode([{ parts: ['hi'] }]).turns).toEqual(turns);
    expect(decode([{ role: 'model', parts: ['hi'] }]).turns).toEqual([{ role: 'assistant', parts: [{ kind: 'text', text: 'hi' }] }]);
  });

  it('litellm#16893: signatures stay on the parts that they stand on', () => {
    expect(
      turnsOf(
        model(
          { text: 'I think', thought: true },
          { functionCall: { name: 'f', args: { a: 1 }, id: 'x' }, thoughtSignature: 'sig' },
          { function_call: { name: 'g' } },
        ),
      ),
    ).toEqual([
      {
        role: 'assistant',
        parts: [
          { kind: 'reasoning', text: 'I think', opaque: undefined },
          { kind: 'toolCall', id: 'x', name: 'f', arguments: '{"a":1}', opaque: own('sig') },
          { kind: 'toolCall', id: 'call_0_2', name: 'g', arguments: '{}', opaque: undefined },
        ],
      },
    ]);
  });

  it('a signed text is the text and, after it, its signature', () => {
    expect(turnsOf(model({ text: 'hello', thoughtSignature: 'sig' }))).toEqual([
      {
        role: 'assistant',
        parts: [
          { kind: 'text', text: 'hello' },
          { kind: 'reasoning', text: '', opaque: own('sig') },
        ],
      },
    ]);
  });

  it('bifrost#6342: a thought that came in pieces is one again, up to its signature', () => {
    const [turn] = turnsOf(
      model(
        { text: 'a', thought: true },
        { text: 'b', thought: true },
        { text: '', thought: true, thoughtSignature: 'one' },
        { text: 'c', thought: true, thought_signature: 'two' },
        { text: 'said' },
      ),
    );
    expect(turn).toEqual({
      role: 'assistant',
      parts: [
        { kind: 'reasoning', text: 'ab', opaque: own('one') },
        { kind: 'reasoning', text: 'c', opaque: own('two') },
        { kind: 'text', text: 'said' },
      ],
    });
  });

  it('what one content ends with the next goes on with: a chat keeps each event of a stream as its own', () => {
    const turns = turnsOf(
      model({ text: 'let ', thought: true }),
      model({ text: 'me see', thought: true }),
      model({ text: '', thought: true, thoughtSignature: 'sig' }),
      model({ text: 'It i' }),
      model({ text: 's' }, { functionCall: { name: 'f' } }),
      model({ text: '' }),
    );
    expect(turns).toEqual([
      {
        role: 'assistant',
        parts: [
          { kind: 'reasoning', text: 'let me see', opaque: own('sig') },
          { kind: 'text', text: 'It is' },
          { kind: 'toolCall', id: 'call_4_1', name: 'f', arguments: '{}', opaque: undefined },
        ],
      },
    ]);
    const [turn] = turnsOf(model({ text: 'a' }, { text: 'b' }));
    expect(turn?.role === 'assistant' && turn.parts.length).toBe(2);
  });

  it('a result alone is a turn', () => {
    for (const role of ['user', 'function', null])
      expect(turnsOf({ role, parts: [{ functionResponse: { name: 'f', response: { result: 'x' } } }] }).map((turn) => turn.role)).toEqual([
        'tool',
      ]);
  });

  it('results find their calls without ids, and come before what is said beside them', () => {
    const turns = turnsOf(
      model({ functionCall: { name: 'f' } }, { functionCall: { name: 'f' } }),
      user(
        { text: 'there' },
        { functionResponse: { name: 'f', response: { result: 'one' } } },
        { function_response: { name: 'f', response: { error: 'two' } } },
      ),
    );
    expect(turns.slice(1)).toEqual([
      {
        role: 'tool',
        results: [
          { callId: 'call_0_0', name: 'f', parts: [{ kind: 'text', text: 'one' }], isError: false },
          { callId: 'call_0_1', name: 'f', parts: [{ kind: 'text', text: 'two' }], isError: true },
        ],
      },
      { role: 'user', parts: [{ kind: 'text', text: 'there' }] },
    ]);
  });
});

describe('decodeSystem', () => {
  const system = (value: JsonValue) => {
    const losses = new RequestLosses();
    return { turns: decodeSystem({ system_instruction: value }, losses), losses: losses.list() };
  };

  it.each<[JsonValue]>([[7], [{ parts: [7] }], [{ parts: [{ text: 7 }] }]])('refuses %j', (value) => {
    expect(() => system(value)).toThrow(/system_instruction/);
  });

  it('is texts, given whole or as parts of whatever role', () => {
    expect(system('be kind').turns).toEqual([{ role: 'system', parts: [{ kind: 'text', text: 'be kind' }] }]);
    expect(system({ role: 'user', parts: [{ text: 'a' }, { text: 'b' }] }).turns).toEqual([
      {
        role: 'system',
        parts: [
          { kind: 'text', text: 'a' },
          { kind: 'text', text: 'b' },
        ],
      },
    ]);
    expect(system({ parts: [] }).turns).toEqual([]);
  });

  it('an image among the instructions is refused', () => {
    expect(system({ parts: [{ inlineData: { mimeType: 'image/png', data: 'A' } }] }).losses).toEqual(
      refused('system_instruction.parts[0]'),
    );
  });
});
