import { describe, expect, it } from 'vitest';
import { openaiChat } from '../../core/src/dialects/openai-chat/openai-chat.ts';
import type { GatewayError } from '../../core/src/errors.ts';
import { JsonDocument } from '../../core/src/json/document.ts';
import { type ParsedCall, parseCall, setValue } from '../../core/src/parsed-call.ts';
import type { JsonLimits } from '../../core/src/read-json.ts';
import { anywhere } from './harness/address.ts';

const limits: JsonLimits = { depth: 8, values: 100, keys: 10 };
const body = '{ "model":"chat", "stream":true, "max_tokens":5, "messages":[{"role":"user","content":"h\\u0069"}], "seed":1.0 }';

function parse(text: string, own: JsonLimits = limits): ParsedCall {
  return parseCall(openaiChat, anywhere, Buffer.from(text), text, own);
}

function refusal(text: string, own?: JsonLimits): GatewayError {
  try {
    parse(text, own);
  } catch (error) {
    return error as GatewayError;
  }
  throw new Error('it was taken');
}

const message = '"messages":[{"role":"user","content":"x"}]';

describe('a call', () => {
  it('says what the gateway decides by, and keeps the text as it came', () => {
    const tools = '"tools":[{"type":"function","function":{"name":"f"}},{"type":"custom","custom":{"name":"c"}},{"type":"web_search"}]';
    const text = `{"model":"chat","stream":true,"max_completion_tokens":7,"max_tokens":5,${message},${tools},"é":1}`;
    const call = parse(text);
    expect(call).toMatchObject({
      dialect: 'openai-chat',
      model: 'chat',
      stream: true,
      maxOutputTokens: 7,
      tools: ['f', 'c', 'web_search'],
      byteLength: Buffer.byteLength(text),
      edited: false,
    });
    expect(call.body).toEqual(JSON.parse(text));
    expect(call.document.toText()).toBe(text);
  });

  it('without stream, limits and tools has none', () => {
    expect(parse(`{"model":"m",${message}}`)).toMatchObject({ stream: false, maxOutputTokens: undefined, tools: [] });
  });

  it('is nobody’s to change but through its accessors', () => {
    const call = parse(body);
    const wrongs: readonly (() => unknown)[] = [
      () => Object.assign(call, { model: 'other' }),
      () => Object.assign(call, { more: 1 }),
      () => (call.tools as string[]).push('x'),
      () => Object.assign(call.body, { model: 'other' }),
      () => Object.assign((call.body.messages as object[])[0] as object, { content: 'other' }),
    ];
    for (const wrong of wrongs) expect(wrong).toThrow(TypeError);
    expect(call.body).toBe(call.body);
    expect(call.document.toText()).toBe(body);
  });

  it('is edited in place: everything around stays byte for byte', () => {
    const call = parse(body);
    call.texts()[0]?.replace('hé');
    call.set(['max_tokens'], 6);
    call.set(['user'], 'u');
    call.remove(['stream']);
    expect(call.edited).toBe(true);
    expect(call.document.toText()).toBe(
      '{ "model":"chat", "max_tokens":6, "messages":[{"role":"user","content":"hé"}], "seed":1.0,"user":"u" }',
    );
    expect(call.body).toEqual(JSON.parse(body)); // as the client sent it
    expect(call.texts().map(({ text }) => text)).toEqual(['hé', 'u']);
  });

  it('has the texts and attachments of what plugins put in', () => {
    const call = parse(body);
    call.set(
      ['messages', 0, 'content'],
      [
        { type: 'text', text: 'see' },
        { type: 'image_url', image_url: { url: 'https://x.test/a.png' } },
      ],
    );
    expect(call.texts().map(({ text }) => text)).toEqual(['see']);
    expect(call.attachments()).toMatchObject([{ kind: 'image', ref: 'url' }]);
  });

  it('with a key twice in a tool’s arguments is refused when its texts are asked for', () => {
    const call = parse(
      '{"model":"m","messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"{\\"a\\":1,\\"a\\":2}"}}]}]}',
    );
    expect(() => call.texts()).toThrow(expect.objectContaining({ code: 'GW_DUPLICATE_KEY', status: 400 }));
  });
});

describe('setValue', () => {
  it('replaces what is there, and adds what is not', () => {
    const document = new JsonDocument('{"a":{"b":1},"c":[1,2]}');
    setValue(document, ['a', 'b'], 2);
    setValue(document, ['a', 'd'], null);
    setValue(document, ['c', 0], { x: [] });
    expect(document.toText()).toBe('{"a":{"b":2,"d":null},"c":[{"x":[]},2]}');
  });

  it.each([undefined, () => 1, Symbol('s')])('refuses %s, which JSON cannot say', (value) => {
    const document = new JsonDocument('{"a":1}');
    expect(() => setValue(document, ['a'], value as never)).toThrow(`set a: expected a JSON value, received ${typeof value}`);
    expect(() => setValue(document, ['b'], value as never)).toThrow(TypeError);
    expect(document.toText()).toBe('{"a":1}');
  });

  it('refuses a place that has no parent', () => {
    expect(() => setValue(new JsonDocument('{"a":1}'), ['b', 'c'], 1)).toThrow(/expected an object/);
  });
});

describe('what is wrong with a body', () => {
  it.each([
    ['{"model":', 'GW_BAD_JSON', 'line 1, column 10'],
    ['{"model":"m",\n  "x": tru}', 'GW_BAD_JSON', 'line 2, column 8'],
    ['', 'GW_BAD_JSON', 'line 1, column 1'],
    ['{"a":{"b":1,"b":2}}', 'GW_DUPLICATE_KEY', 'a.b'],
    ['{"a":1,"a":2}', 'GW_DUPLICATE_KEY', 'a'],
    ['[[[[[[[[[1]]]]]]]]]', 'GW_TOO_DEEP', 'more than 8 levels'],
    [`[${'1,'.repeat(200)}1]`, 'GW_JSON_LIMITS', 'values'],
    [`{${Array.from({ length: 11 }, (_, index) => `"k${index}":0`).join(',')}}`, 'GW_JSON_LIMITS', 'keys'],
    ['{"a":"\\ud800"}', 'GW_BAD_TEXT', 'half of a surrogate pair at a'],
    ['[]', 'GW_BAD_REQUEST', 'The request body: expected a JSON object, received an array of 0'],
    ['"text"', 'GW_BAD_REQUEST', 'received a string'],
    ['5', 'GW_BAD_REQUEST', 'received 5'],
    ['null', 'GW_BAD_REQUEST', 'received null'],
    [`{${message}}`, 'GW_BAD_REQUEST', 'model: expected a non-empty string, received nothing'],
    ['{"model":"m"}', 'GW_BAD_REQUEST', 'messages: expected'],
  ])('%j is %s, and says %s', (text, code, said) => {
    expect(refusal(text)).toMatchObject({ code, status: 400, message: expect.stringContaining(said) });
  });

  it('is told without the text itself: a prompt must not end up in a log', () => {
    for (const text of ['{"model":"secret', '{"secret":1,"other":}', '{"model":"m","messages":"secret"}', '["secret"]'])
      expect(refusal(text).message).not.toContain('secret');
  });

  it('names keys, which are the client’s own words, short and on one line', () => {
    const key = `a\\nb${'k'.repeat(1_000)}`;
    const { message: said } = refusal(`{"${key}":1,"${key}":2}`);
    expect(said).toContain('a\\\\nb'.replace('\\\\', '\\'));
    expect(said).not.toContain('\n');
    expect(said.length).toBeLessThan(300);
  });

  it('is not confused with a defect: other errors stay what they are', () => {
    const broken = {
      ...openaiChat,
      readCall: () => {
        throw new RangeError('a defect');
      },
    };
    expect(() => parseCall(broken, anywhere, Buffer.from(body), body, limits)).toThrow(RangeError);
  });
});
