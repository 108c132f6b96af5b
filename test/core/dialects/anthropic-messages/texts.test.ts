import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TextEditor } from '../../../../core/src/context.ts';
import { messagesStream } from '../../../../core/src/dialects/anthropic-messages/stream.ts';
import { ends, eventTexts, responseTexts, saidOnce } from '../../../../core/src/dialects/anthropic-messages/texts.ts';
import { SseEvent } from '../../../../core/src/dialects/sse-event.ts';
import { textReferences } from '../../../../core/src/dialects/texts.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';
import { type MakeEditor, mapTexts } from '../../../../core/src/map-texts.ts';
import type { JsonObject, JsonPath, JsonValue } from '../../../../core/src/model/json.ts';
import type { StreamBody } from '../../../../core/src/model/response.ts';
import { assembled, blocks, close, cutText, delta, finish, frame, open, say, start, stop, streamOf } from './streams.ts';

const answer: JsonObject = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude',
  content: [
    { type: 'thinking', thinking: 'signed words', signature: 'sig' },
    { type: 'thinking', thinking: 'unsigned words' },
    { type: 'redacted_thinking', data: 'sealed' },
    { type: 'text', text: 'T:assistant', citations: [{ type: 'page_location', cited_text: 'T:assistant', document_title: 'T:assistant' }] },
    { type: 'tool_use', id: 'toolu_1', name: 'look', input: { city: 'T:toolInput', deep: { list: ['T:toolInput'] } } },
    { type: 'server_tool_use', id: 'srvtoolu_1', name: 'bash_code_execution', input: { command: 'T:toolInput' } },
    {
      type: 'bash_code_execution_tool_result',
      tool_use_id: 'srvtoolu_1',
      content: { type: 'bash_code_execution_result', stdout: 'T:toolOutput', stderr: 'T:toolOutput', return_code: 0, content: [] },
    },
    { type: 'mcp_tool_result', tool_use_id: 'm', is_error: false, content: [{ type: 'text', text: 'T:toolOutput' }] },
    { type: 'compaction', content: 'summary', encrypted_content: 'sealed' },
  ],
  container: { id: 'container_1', expires_at: '2026-11-25T00:00:00Z' },
  stop_reason: 'refusal',
  stop_sequence: 'T:other',
  stop_details: { type: 'refusal', category: 'cyber', explanation: 'T:assistant' },
  usage: { input_tokens: 1, output_tokens: 2, service_tier: 'standard' },
};

function valueAt(value: unknown, path: JsonPath): unknown {
  return path.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], value);
}

describe('responseTexts', () => {
  it('reaches every text of an answer, with its scope, and its edits change nothing else', () => {
    const text = JSON.stringify(answer, null, 1);
    const document = new JsonDocument(text);
    const found = textReferences(document, responseTexts(document.value));
    for (const one of found) expect([one.path.join('.'), one.text]).toEqual([one.path.join('.'), `T:${one.scope}`]);
    expect(found).toHaveLength(text.split('T:').length - 1);
    for (const one of found) one.replace(one.text.replace('T:', 'E:'));
    expect(document.toText()).toBe(text.replaceAll('T:', 'E:'));
  });

  it.each([null, 7, 'x', [], [answer], {}, { content: null }, { content: [null, 7, [], {}], stop_details: [] }, { content: {} }])(
    '%j has none, or none that is lost',
    (body) => {
      expect([...responseTexts(body as JsonValue)]).toEqual([]);
    },
  );
});

interface Case {
  readonly event: JsonObject;
  /** Channel, scope, text. */
  readonly texts: readonly (readonly [string, string, string])[];
  readonly ends: readonly string[];
}

const event = (type: string, rest: object): JsonObject => ({ type, ...rest }) as JsonObject;
const piece = (part: object, index = 1): JsonObject => event('content_block_delta', { index, delta: part });
const begin = (block: object, index = 1): JsonObject => event('content_block_start', { index, content_block: block });

const cases: Readonly<Record<string, Case>> = {
  text: { event: piece({ type: 'text_delta', text: 'a' }), texts: [['1:text', 'assistant', 'a']], ends: [] },
  'an empty text': { event: piece({ type: 'text_delta', text: '' }), texts: [['1:text', 'assistant', '']], ends: [] },
  'input of a tool': {
    event: piece({ type: 'input_json_delta', partial_json: '{"a' }),
    texts: [['1:partial_json', 'toolInput', '{"a']],
    ends: [],
  },
  'a delta not known': { event: piece({ type: 'new_delta', caption: 'a', id: 'x' }), texts: [['1:caption', 'assistant', 'a']], ends: [] },
  'a citation': {
    event: piece({ type: 'citations_delta', citation: { type: 'char_location', cited_text: 'a', document_title: 'b', file_id: 'f' } }),
    texts: [
      ['1:whole:delta.citation.cited_text', 'assistant', 'a'],
      ['1:whole:delta.citation.document_title', 'assistant', 'b'],
    ],
    ends: ['1:whole:'],
  },
  thinking: { event: piece({ type: 'thinking_delta', thinking: 'a', estimated_tokens: 5 }), texts: [], ends: [] },
  'a signature': { event: piece({ type: 'signature_delta', signature: 'a' }), texts: [], ends: [] },
  'a compaction': { event: piece({ type: 'compaction_delta', content: 'a', encrypted_content: 'b' }), texts: [], ends: [] },
  'the start of a text': { event: begin({ type: 'text', text: '' }), texts: [], ends: [] },
  'the start of a text that has some': {
    event: begin({ type: 'text', text: 'a' }),
    texts: [['1:whole:content_block.text', 'assistant', 'a']],
    ends: ['1:whole:'],
  },
  'the start of thinking': { event: begin({ type: 'thinking', thinking: 'a', signature: '' }), texts: [], ends: [] },
  'the start of a tool call': { event: begin({ type: 'tool_use', id: 't', name: 'f', input: {} }), texts: [], ends: [] },
  'a tool call in one event': {
    event: begin({ type: 'tool_use', id: 't', name: 'f', input: { city: 'a' } }),
    texts: [['1:whole:content_block.input.city', 'toolInput', 'a']],
    ends: ['1:whole:'],
  },
  'the result of a server’s tool': {
    event: begin({ type: 'code_execution_tool_result', content: { type: 'code_execution_result', stdout: 'a', stderr: '' } }),
    texts: [['1:whole:content_block.content.stdout', 'toolOutput', 'a']],
    ends: ['1:whole:'],
  },
  'a message that starts with content': {
    event: event('message_start', { message: { content: [{ type: 'text', text: 'a' }] } }),
    texts: [['whole:message.content.0.text', 'assistant', 'a']],
    ends: ['whole:'],
  },
  'the start of a message': { event: event('message_start', { message: { content: [], stop_sequence: null } }), texts: [], ends: [] },
  'why it stopped': {
    event: event('message_delta', { delta: { stop_reason: 'stop_sequence', stop_sequence: 'a', stop_details: { explanation: 'b' } } }),
    texts: [
      ['whole:delta.stop_sequence', 'other', 'a'],
      ['whole:delta.stop_details.explanation', 'assistant', 'b'],
    ],
    ends: [''],
  },
  'totals before the end': { event: event('message_delta', { delta: { stop_reason: null }, usage: {} }), texts: [], ends: [] },
  'the end of a block': { event: event('content_block_stop', { index: 1 }), texts: [], ends: ['1:'] },
  'the end of a block without a number': { event: event('content_block_stop', {}), texts: [], ends: [''] },
  'the end of the message': { event: event('message_stop', {}), texts: [], ends: [''] },
  'a ping': { event: event('ping', {}), texts: [], ends: [] },
  'an error': { event: event('error', { error: { type: 'api_error', message: 'x' } }), texts: [], ends: [] },
};

describe('eventTexts', () => {
  it.each(Object.entries(cases))('%s: each text in the channel of the text it continues', (_, { event: json, texts, ends: ended }) => {
    const found = eventTexts(json);
    expect(found.map(({ channel, scope, text }) => [channel, scope, text])).toEqual(texts);
    for (const { path, text } of found) expect(valueAt(json, path)).toBe(text);
    expect(ends(json)).toEqual(ended);
  });

  it('only pieces of a tool’s input are JSON', () => {
    const json = Object.values(cases).flatMap((one) => eventTexts(one.event).filter((text) => text.json));
    expect(json.map(({ channel }) => channel)).toEqual(['1:partial_json']);
  });

  it('litellm#33224: blocks keep their own channels', () => {
    const channels = [1, 11, 2].map((index) => eventTexts(piece({ type: 'text_delta', text: 'a' }, index))[0]?.channel);
    expect(channels).toEqual(['1:text', '11:text', '2:text']);
    expect(channels.filter((channel) => channel?.startsWith('1:'))).toEqual(['1:text']);
  });

  it.each([null, 7, 'text', [], [null, [[]]], {}, { text: 1 }, true])('never throws, whatever member is %j', (junk) => {
    for (const { event: json } of Object.values(cases))
      for (const key of Object.keys(json))
        for (const mangled of [
          { ...json, [key]: junk },
          { ...json, [key]: { ...(json[key] as object), type: junk, content: junk } },
        ] as JsonObject[]) {
          for (const { path, text } of eventTexts(mangled)) expect(valueAt(mangled, path)).toBe(text);
          for (const path of saidOnce(mangled)) expect(valueAt(mangled, path)).toBeDefined();
          expect(ends(mangled).length).toBeLessThan(2);
        }
    expect(eventTexts(junk as JsonValue)).toEqual([]);
    expect(ends(junk as JsonValue)).toEqual([]);
  });
});

describe('saidOnce', () => {
  it('is what a delta says besides its text', () => {
    expect(saidOnce({ ...piece({ type: 'text_delta', text: 'a' }), usage: { output_tokens: 1 }, logprobs: [] })).toEqual([
      ['usage'],
      ['logprobs'],
    ]);
    expect(saidOnce(piece({ type: 'text_delta', text: 'a' }))).toEqual([]);
    expect(saidOnce(begin({ type: 'text', text: 'a' }))).toEqual([]);
  });
});

/** Frames as they leave `mapTexts`. */
async function edited(frames: readonly string[], makeEditor: MakeEditor): Promise<string> {
  const events = (async function* () {
    for (const one of frames) yield new SseEvent(one, messagesStream);
  })();
  const response = mapTexts({ status: 200, headers: {}, source: 'upstream', body: { kind: 'stream', events } }, messagesStream, makeEditor);
  let out = '';
  for await (const one of (response.body as StreamBody).events) out += one.raw;
  return out;
}

/** Holds every text back until it is over. */
const holding: MakeEditor = () => {
  let held = '';
  return {
    push(text) {
      held += text;
      return '';
    },
    end: () => held,
  };
};

/** Puts a word in the place of another, wherever the pieces are cut. */
const redacting = (word: string, put: string): MakeEditor => {
  return (): TextEditor => {
    let held = '';
    return {
      push(text) {
        const all = (held + text).replaceAll(word, put);
        const keep = [...word].map((_, length) => length).filter((length) => length > 0 && all.endsWith(word.slice(0, length)));
        held = all.slice(all.length - Math.max(0, ...keep));
        return all.slice(0, all.length - held.length);
      },
      end: () => held,
    };
  };
};

describe('the texts of a stream under edit', () => {
  it('what is held comes out before its block ends, as a delta of it', async () => {
    const frames = [start(), open({ type: 'text', text: '' }), say('a'), say('b'), close(), finish('end_turn'), stop];
    expect(await edited(frames, holding)).toBe([...frames.slice(0, 2), say(''), say(''), say('ab'), ...frames.slice(4)].join(''));
  });

  it('of a block that never ends, before the message does', async () => {
    const frames = [start(), open({ type: 'text', text: '' }), say('a'), finish('end_turn'), stop];
    expect(await edited(frames, holding)).toBe([...frames.slice(0, 2), say(''), say('a'), finish('end_turn'), stop].join(''));
  });

  it('vercel/ai 45b3d76: the input of a tool is edited in its strings, whole only when its block is', async () => {
    const tool = open({ type: 'tool_use', id: 't', name: 'f', input: {} });
    const input = (part: string): string => delta({ type: 'input_json_delta', partial_json: part });
    const out = await edited(
      [start(), tool, input('{"a":"se'), input('cret","secret":1.0'), input('}'), close(), stop],
      redacting('secret', '"x"'),
    );
    expect(out).toContain('"secret\\":1.0');
    expect(assembled(out)).toEqual([{ type: 'tool_use', id: 't', name: 'f', input: { a: '"x"', secret: 1 } }]);
  });

  it('thinking passes byte by byte', async () => {
    const thinking = [
      open({ type: 'thinking', thinking: '', signature: '' }),
      delta({ type: 'thinking_delta', thinking: 'secret' }),
      delta({ type: 'signature_delta', signature: 'secret' }),
    ];
    const frames = [start(), ...thinking, close(), open({ type: 'redacted_thinking', data: 'secret' }, 1), close(1), stop];
    expect(await edited(frames, redacting('secret', 'x'))).toBe(frames.join(''));
  });

  it('texts that come whole are ended with their event, so that no second start must go on with them', async () => {
    const frames = [
      start(),
      open({ type: 'text', text: 'ab' }),
      delta({ type: 'citations_delta', citation: { type: 'char_location', cited_text: 'ab' } }),
      delta({ type: 'citations_delta', citation: { type: 'char_location', cited_text: 'cd' } }),
      close(),
      frame({ type: 'message_delta', delta: { stop_reason: 'stop_sequence', stop_sequence: 'ab' }, usage: { output_tokens: 1 } }),
      stop,
    ];
    expect(await edited(frames, holding)).toBe(frames.join(''));
  });

  it('make the same message whether they are held or not, and an editor that changes nothing changes no byte', async () => {
    const keeping: MakeEditor = () => ({ push: (text) => text, end: () => '' });
    await fc.assert(
      fc.asyncProperty(blocks, async (made) => {
        const frames = streamOf(made, 'end_turn', { output_tokens: 3 });
        const kept = await edited(frames, keeping);
        // Half an escape of a tool's input waits for its other half.
        if (frames.join('').includes('input_json_delta')) expect(assembled(kept)).toEqual(assembled(frames.join('')));
        else expect(kept).toBe(frames.join(''));
        expect(assembled(await edited(frames, holding))).toEqual(assembled(frames.join('')));
      }),
      { numRuns: 200 },
    );
  });

  it('a word is found wherever its text was cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.array(fc.nat(60), { maxLength: 6 }),
        async (a, b, cuts) => {
          const word = 'jane@x.test';
          fc.pre(!(a + b).includes('jane'));
          const frames = [
            start(),
            open({ type: 'text', text: '' }),
            ...cutText(a + word + b, cuts).map((text) => say(text)),
            close(),
            stop,
          ];
          expect(assembled(await edited(frames, redacting(word, '[1]')))).toEqual(
            assembled([open({ type: 'text', text: '' }), say(`${a}[1]${b}`)].join('\n\n')),
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});
