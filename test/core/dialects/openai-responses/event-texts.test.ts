import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frame } from '../../../../core/src/dialects/openai-responses/answer.ts';
import { ends, eventTexts, saidOnce } from '../../../../core/src/dialects/openai-responses/event-texts.ts';
import { responsesStream } from '../../../../core/src/dialects/openai-responses/stream.ts';
import { parseFrameData } from '../../../../core/src/dialects/sse.ts';
import { SseEvent } from '../../../../core/src/dialects/sse-event.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';
import { mapTexts } from '../../../../core/src/map-texts.ts';
import type { StreamEvent } from '../../../../core/src/model/events.ts';
import type { JsonObject, JsonValue } from '../../../../core/src/model/json.ts';
import { canaries, junk, mangled, valueAt } from './every-text.ts';
import { allItems } from './items.ts';

const at = { item_id: 'item_1', output_index: 2 };
const event = (type: string, members: JsonObject): JsonObject => ({ type: `response.${type}`, sequence_number: 7, ...members });

/** Pieces of texts, and the channel each goes on with. */
const deltas: readonly (readonly [channel: string, JsonObject])[] = [
  [
    '2:content 1:output_text:',
    event('output_text.delta', { ...at, content_index: 1, delta: 'T:assistant', logprobs: [], obfuscation: 'xx' }),
  ],
  ['2:content 1:refusal:', event('refusal.delta', { ...at, content_index: 1, delta: 'T:assistant' })],
  ['2:content 0:reasoning_text:', event('reasoning_text.delta', { ...at, content_index: 0, delta: 'T:assistant' })],
  ['2:summary 3:reasoning_summary_text:', event('reasoning_summary_text.delta', { ...at, summary_index: 3, delta: 'T:assistant' })],
  ['2::function_call_arguments:', event('function_call_arguments.delta', { ...at, delta: 'T:toolInput', obfuscation: 'x' })],
  ['2::mcp_call_arguments:', event('mcp_call_arguments.delta', { ...at, delta: 'T:toolInput' })],
  ['2::custom_tool_call_input:', event('custom_tool_call_input.delta', { ...at, delta: 'T:toolInput' })],
  ['2::code_interpreter_call_code:', event('code_interpreter_call_code.delta', { ...at, delta: 'T:toolInput' })],
  ['2::apply_patch_call_operation_diff:', event('apply_patch_call_operation_diff.delta', { ...at, delta: 'T:toolInput' })],
  ['2:command 4:shell_call_command:', event('shell_call_command.delta', { output_index: 2, command_index: 4, delta: 'T:toolInput' })],
  [
    '2:command 4:shell_call_output_content:stdout',
    event('shell_call_output_content.delta', { ...at, command_index: 4, delta: { stdout: 'T:toolOutput' } }),
  ],
  ['::audio.transcript:', event('audio.transcript.delta', { delta: 'T:assistant' })],
  // Positions that begin like others.
  ['20:content 1:output_text:', event('output_text.delta', { output_index: 20, content_index: 1, delta: 'T:assistant' })],
  ['2:content 10:output_text:', event('output_text.delta', { ...at, content_index: 10, delta: 'T:assistant' })],
  // Unknown to all: whatever it is, a client will show it.
  ['2::telepathy:', event('telepathy.delta', { ...at, delta: 'T:assistant' })],
  ['#item_1::telepathy:', event('telepathy.delta', { item_id: 'item_1', delta: 'T:assistant' })],
];

/** Whole texts, each in one event. */
const wholes: readonly JsonObject[] = [
  event('output_text.done', { ...at, content_index: 1, text: 'T:assistant', logprobs: [{ token: 'x', logprob: 0 }] }),
  event('refusal.done', { ...at, content_index: 1, refusal: 'T:assistant' }),
  event('reasoning_text.done', { ...at, content_index: 0, text: 'T:assistant' }),
  event('reasoning_summary_text.done', { ...at, summary_index: 0, text: 'T:assistant' }),
  event('function_call_arguments.done', { ...at, name: 'look', arguments: '{"a":"T:toolInput"}' }),
  event('mcp_call_arguments.done', { ...at, arguments: '{"a":"T:toolInput"}' }),
  event('custom_tool_call_input.done', { ...at, input: 'T:toolInput' }),
  event('code_interpreter_call_code.done', { ...at, code: 'T:toolInput' }),
  event('apply_patch_call_operation_diff.done', { ...at, diff: 'T:toolInput' }),
  event('shell_call_command.added', { output_index: 2, command_index: 0, command: 'T:toolInput' }),
  event('shell_call_command.done', { output_index: 2, command_index: 0, command: 'T:toolInput' }),
  event('shell_call_output_content.done', {
    ...at,
    command_index: 0,
    output: [{ stdout: 'T:toolOutput', stderr: 'T:toolOutput', outcome: { type: 'exit', exit_code: 0 } }],
  }),
  event('audio.transcript.done', { transcript: 'T:assistant' }),
  event('content_part.added', { ...at, content_index: 0, part: { type: 'output_text', text: 'T:assistant', annotations: [] } }),
  event('content_part.done', { ...at, content_index: 0, part: { type: 'refusal', refusal: 'T:assistant' } }),
  event('reasoning_part.done', { ...at, content_index: 0, part: { type: 'reasoning_text', text: 'T:assistant' } }),
  event('reasoning_summary_part.added', { ...at, summary_index: 0, part: { type: 'summary_text', text: 'T:assistant' } }),
  event('reasoning_summary_part.done', { ...at, summary_index: 0, part: { type: 'summary_text', text: 'T:assistant' } }),
  event('output_text.annotation.added', {
    ...at,
    content_index: 0,
    annotation_index: 0,
    annotation: { type: 'url_citation', title: 'T:assistant', url: 'https://example.test', filename: 'T:other' },
  }),
  ...allItems.flatMap((item) => ['output_item.added', 'output_item.done'].map((type) => event(type, { output_index: 2, item }))),
  ...['created', 'queued', 'in_progress', 'completed', 'incomplete', 'failed'].map((type) =>
    event(type, {
      response: { id: 'resp_1', instructions: 'T:system', output: allItems, metadata: { a: 'T:other' }, error: { message: 'T:other' } },
    }),
  ),
  { type: 'error', code: 'server_error', message: 'T:other', param: null, sequence_number: 7 },
  { type: 'error', error: { type: 'x', code: 'y', message: 'T:other' } },
  // Unknown to all.
  event('telepathy.done', { ...at, text: 'T:assistant' }),
];

const silent: readonly JsonObject[] = [
  ...['web_search_call.in_progress', 'web_search_call.searching', 'web_search_call.completed', 'file_search_call.searching'],
  ...['code_interpreter_call.interpreting', 'code_interpreter_call.completed', 'image_generation_call.generating', 'mcp_call.failed'],
  ...['mcp_list_tools.completed', 'compaction.compacting', 'audio.done', 'image_generation_call.completed'],
].map((type) => event(type, at));

describe('eventTexts', () => {
  it.each(deltas)('a delta of %s', (channel, json) => {
    const [piece, ...more] = eventTexts(json);
    expect(more).toEqual([]);
    expect([piece?.channel, `T:${piece?.scope}`]).toEqual([channel, piece?.text]);
    expect(valueAt(json, piece?.path ?? [])).toBe(piece?.text);
  });

  it.each(wholes.map((json) => [JSON.stringify(json).slice(0, 90), json] as const))('every whole text of %s', (_, json) => {
    const pieces = eventTexts(json);
    for (const { text, scope, json: isJson, path } of pieces) {
      expect(valueAt(json, path)).toBe(text);
      if (!isJson) expect([path, text.split(' ')[0]]).toEqual([path, `T:${scope}`]);
    }
    // Arguments hold texts inside them, or none.
    expect(pieces.reduce((count, { text }) => count + canaries(text), 0)).toBe(canaries(json));
    expect(new Set(pieces.map(({ channel }) => channel)).size).toBe(pieces.length);
  });

  it('only arguments of functions are JSON', () => {
    const json = deltas.flatMap(([channel, delta]) => (eventTexts(delta)[0]?.json ? [channel] : []));
    expect(json).toEqual(['2::function_call_arguments:', '2::mcp_call_arguments:']);
    expect(eventTexts(event('function_call_arguments.done', { ...at, arguments: '{}' }))[0]?.json).toBe(true);
    expect(eventTexts(event('custom_tool_call_input.done', { ...at, input: '{}' }))[0]?.json).toBeUndefined();
  });

  it.each([
    ...silent,
    event('audio.delta', { delta: 'AAAA' }),
    event('image_generation_call.partial_image', { ...at, partial_image_b64: 'AAAA', background: 'opaque' }),
    {},
    { type: 5 },
    [],
    null,
    'x',
  ] as JsonValue[])('%j has none', (json) => {
    expect(eventTexts(json)).toEqual([]);
  });

  it.each(junk)('never throws, whatever member is %j', (other) => {
    // Items and answers have such a test of their own.
    for (const json of [
      ...deltas.map(([, delta]) => delta),
      ...wholes.filter(({ item, response }) => item === undefined && response === undefined),
    ])
      for (const body of mangled(json, other)) {
        for (const { path, text } of eventTexts(body)) expect(valueAt(body, path)).toBe(text);
        for (const path of saidOnce(body)) expect(valueAt(body, path)).toBeDefined();
        expect(Array.isArray(ends(body, ''))).toBe(true);
      }
  });
});

describe('ends', () => {
  /** Channels of deltas that an event ends. */
  const ended = (json: JsonValue): string[] =>
    deltas.map(([channel]) => channel).filter((channel) => ends(json, '').some((prefix) => channel.startsWith(prefix)));

  it.each([
    [event('output_text.done', { ...at, content_index: 1 }), ['2:content 1:output_text:']],
    [event('refusal.done', { ...at, content_index: 1 }), ['2:content 1:refusal:']],
    [event('reasoning_summary_text.done', { ...at, summary_index: 3 }), ['2:summary 3:reasoning_summary_text:']],
    [event('function_call_arguments.done', at), ['2::function_call_arguments:']],
    [event('shell_call_command.done', { output_index: 2, command_index: 4 }), ['2:command 4:shell_call_command:']],
    [event('shell_call_output_content.done', { ...at, command_index: 4 }), ['2:command 4:shell_call_output_content:stdout']],
    [event('audio.done', {}), []],
    [event('audio.transcript.done', {}), ['::audio.transcript:']],
    [event('content_part.done', { ...at, content_index: 1 }), ['2:content 1:output_text:', '2:content 1:refusal:']],
    [event('reasoning_part.done', { ...at, content_index: 0 }), ['2:content 0:reasoning_text:']],
    [event('reasoning_summary_part.done', { ...at, summary_index: 3 }), ['2:summary 3:reasoning_summary_text:']],
    [event('output_text.done', { ...at, output_index: 20, content_index: 1 }), ['20:content 1:output_text:']],
    [event('output_text.done', { ...at, content_index: 10 }), ['2:content 10:output_text:']],
    [event('output_item.added', { output_index: 2, item: {} }), []],
    [event('output_text.delta', { ...at, content_index: 1 }), []],
  ])('%j ends %j', (json, channels) => {
    expect(ended(json)).toEqual(channels);
  });

  it('an item ends all of its own, and the last event ends everything', () => {
    expect(ended(event('output_item.done', { output_index: 2, item: {} }))).toEqual(
      deltas.map(([name]) => name).filter((name) => name.startsWith('2:')),
    );
    for (const type of ['response.completed', 'response.incomplete', 'response.failed', 'error']) expect(ends({ type }, '')).toEqual(['']);
    expect(ends(undefined, '[DONE]')).toEqual(['']);
    expect(ends(undefined, 'x')).toEqual([]);
  });

  it('each whole text ends with its event, or its editor would wait for ever', () => {
    for (const json of wholes)
      for (const { channel } of eventTexts(json)) expect(ends(json, '').some((prefix) => channel.startsWith(prefix))).toBe(true);
  });
});

describe('saidOnce', () => {
  it('is padding and the probabilities of tokens; the list of them and the number stay, for types that require them', () => {
    const json = event('output_text.delta', {
      ...at,
      content_index: 0,
      delta: 'x',
      logprobs: [{ token: 'a' }, { token: 'b' }],
      obfuscation: 'xx',
    });
    const document = new JsonDocument(JSON.stringify(json));
    for (const path of saidOnce(json)) document.removeKey(path);
    expect(JSON.parse(document.toText())).toEqual({ ...event('output_text.delta', { ...at, content_index: 0, delta: 'x' }), logprobs: [] });
    expect(saidOnce(null)).toEqual([]);
    expect(saidOnce(event('output_text.delta', { logprobs: null, delta: 'x' }))).toEqual([]);
  });
});

describe('a stream with its texts edited', () => {
  /** Restores `<1>`, wherever it was cut: what might be the beginning of one is held back. */
  const restoring = () => {
    let held = '';
    return {
      push(piece: string): string {
        const text = (held + piece).replaceAll('<1>', 'Grüße "Zoë" 😀');
        held = /<1?$/.exec(text)?.[0] ?? '';
        return text.slice(0, text.length - held.length);
      },
      end(): string {
        const rest = held;
        held = '';
        return rest;
      },
    };
  };

  async function edited(frames: readonly string[]): Promise<JsonObject[]> {
    const events = (async function* (): AsyncGenerator<StreamEvent> {
      for (const one of frames) yield new SseEvent(one, responsesStream);
    })();
    const { body } = mapTexts(
      { status: 200, headers: {}, source: 'upstream', body: { kind: 'stream', events } },
      responsesStream,
      restoring,
    );
    const out: JsonObject[] = [];
    if (body.kind === 'stream') for await (const { json } of body.events) out.push(json as JsonObject);
    return out;
  }

  const pieces = (text: string, cuts: readonly number[]): string[] => {
    const points = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
    return points.slice(1).map((end, index) => text.slice(points[index], end));
  };

  const streamOf = (text: string, args: string, cuts: readonly number[]): string[] => {
    const part = { type: 'output_text', text, annotations: [] };
    const message = { id: 'msg_1', type: 'message', role: 'assistant', content: [part] };
    const call = { id: 'fc_1', type: 'function_call', call_id: 'c', name: 'f', arguments: args };
    const content = { item_id: 'msg_1', output_index: 0, content_index: 0 };
    const called = { item_id: 'fc_1', output_index: 1 };
    return [
      frame('response.created', { response: { id: 'resp_1', output: [] } }),
      frame('response.output_item.added', { output_index: 0, item: { ...message, content: [] } }),
      frame('response.output_item.added', { output_index: 1, item: { ...call, arguments: '' } }),
      ...pieces(text, cuts).map((delta) => frame('response.output_text.delta', { ...content, delta, logprobs: [], obfuscation: 'x' })),
      ...pieces(args, cuts).map((delta) => frame('response.function_call_arguments.delta', { ...called, delta })),
      frame('response.output_text.done', { ...content, text, logprobs: [] }),
      frame('response.function_call_arguments.done', { ...called, arguments: args }),
      frame('response.content_part.done', { ...content, part }),
      frame('response.output_item.done', { output_index: 0, item: message }),
      frame('response.output_item.done', { output_index: 1, item: call }),
      frame('response.completed', { response: { id: 'resp_1', status: 'completed', output: [message, call] } }),
    ];
  };

  const joined = (events: readonly JsonObject[], type: string): string =>
    events.map((one) => (one.type === type ? String(one.delta) : '')).join('');

  it('says the same in deltas, in their done, in part, item and whole answer, wherever it was cut', async () => {
    const words = fc.array(fc.constantFrom('<1>', '<1', '<', 'a', '"', '\\', '😀', ' '), { maxLength: 8 }).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(words, words, fc.array(fc.nat(60), { maxLength: 6 }), async (text, value, cuts) => {
        const restored = text.replaceAll('<1>', 'Grüße "Zoë" 😀');
        const args = { a: value.replaceAll('<1>', 'Grüße "Zoë" 😀') };
        const events = await edited(streamOf(text, JSON.stringify({ a: value }), cuts));
        expect(joined(events, 'response.output_text.delta')).toBe(restored);
        expect(JSON.parse(joined(events, 'response.function_call_arguments.delta'))).toEqual(args);
        const done = (type: string): JsonObject[] => events.filter((one) => one.type === type);
        expect(done('response.output_text.done')[0]?.text).toBe(restored);
        expect(JSON.parse(String(done('response.function_call_arguments.done')[0]?.arguments))).toEqual(args);
        expect(done('response.content_part.done')[0]?.part).toMatchObject({ text: restored });
        const items = [
          ...done('response.output_item.done').map(({ item }) => item),
          ...(valueAt(done('response.completed'), [0, 'response', 'output']) as JsonObject[]),
        ];
        for (const item of items as JsonObject[])
          if (item.type === 'message') expect(item.content).toMatchObject([{ text: restored }]);
          else expect(JSON.parse(String(item.arguments))).toEqual(args);
      }),
      { numRuns: 300 },
    );
  });

  it('what was held back comes before the event that says the text is over', async () => {
    const events = await edited(streamOf('a<', '{}', []));
    const types = events.map(({ type, delta }) => `${String(type)} ${String(delta ?? '')}`);
    expect(types.indexOf('response.output_text.delta <')).toBe(types.indexOf('response.output_text.done ') - 1);
    expect(events.find(({ delta }) => delta === '<')).toMatchObject({ logprobs: [], output_index: 0, content_index: 0 });
    expect(events.find(({ delta }) => delta === '<')).not.toHaveProperty('obfuscation');
  });

  it('events without texts to change pass as they came', async () => {
    const frames = streamOf('a', '{}', []);
    expect(await edited(frames)).toEqual(frames.map((one) => parseFrameData(one)));
  });
});
