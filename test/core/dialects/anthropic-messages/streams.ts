import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../../../core/src/model/json.ts';

// Anthropic streams for tests: events by hand, and legal ones by chance.

/** An event as Anthropic writes it. */
export function frame(json: JsonObject): string {
  return `event: ${String(json.type)}\ndata: ${JSON.stringify(json)}\n\n`;
}

export const start = (usage: JsonObject = { input_tokens: 4, output_tokens: 1 }): string =>
  frame({
    type: 'message_start',
    message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude', content: [], stop_reason: null, usage },
  });

export const open = (block: JsonObject, index = 0): string => frame({ type: 'content_block_start', index, content_block: block });

export const delta = (part: JsonObject, index = 0): string => frame({ type: 'content_block_delta', index, delta: part });

export const say = (text: string, index = 0): string => delta({ type: 'text_delta', text }, index);

export const close = (index = 0): string => frame({ type: 'content_block_stop', index });

export const finish = (reason: string | null, usage: JsonObject = { output_tokens: 9 }): string =>
  frame({ type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null }, usage });

export const stop = frame({ type: 'message_stop' });

export const ping = 'event: ping\ndata: {"type": "ping"}\n\n';

/** A block of a stream: what it starts with, and its deltas. */
interface StreamedBlock {
  readonly start: JsonObject;
  readonly deltas: readonly JsonObject[];
}

const words = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
const pieces = fc.array(words, { maxLength: 5 });

const textBlock = pieces.map(
  (texts): StreamedBlock => ({ start: { type: 'text', text: '' }, deltas: texts.map((text) => ({ type: 'text_delta', text })) }),
);

const thinkingBlock = pieces.map(
  (texts): StreamedBlock => ({
    start: { type: 'thinking', thinking: '', signature: '' },
    deltas: [...texts.map((thinking) => ({ type: 'thinking_delta', thinking })), { type: 'signature_delta', signature: 'sig' }],
  }),
);

const toolBlock = fc.record({ input: fc.dictionary(words, words), cuts: fc.array(fc.nat(40), { maxLength: 3 }) }).map(
  ({ input, cuts }): StreamedBlock => ({
    start: { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} },
    deltas: cutText(JSON.stringify(input), cuts).map((piece) => ({ type: 'input_json_delta', partial_json: piece })),
  }),
);

const resultBlock = words.map(
  (title): StreamedBlock => ({
    start: { type: 'web_search_tool_result', tool_use_id: 't', content: [{ type: 'web_search_result', title, encrypted_content: 'x' }] },
    deltas: [],
  }),
);

/** The blocks of a legal stream. */
export const blocks = fc.array(fc.oneof(textBlock, thinkingBlock, toolBlock, resultBlock), { maxLength: 5 });

/** Its frames, a ping here and there among them. */
export function streamOf(streamed: readonly StreamedBlock[], reason: string, usage: JsonObject): string[] {
  return [
    start(),
    ping,
    ...streamed.flatMap(({ start: block, deltas }, index) => [
      open(block, index),
      ...deltas.map((part) => delta(part, index)),
      ...(index % 2 === 1 ? [ping] : []),
      close(index),
    ]),
    finish(reason, usage),
    stop,
  ];
}

export function cutText(text: string, cuts: readonly number[]): string[] {
  const at = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  return [...at, text.length].map((end, index) => text.slice(index === 0 ? 0 : at[index - 1], end));
}

/** The message that a client puts together from a stream, in the way of Anthropic's SDK: indexes count, events have names. */
export function assembled(frames: string): JsonValue {
  const content: Record<string, JsonValue>[] = [];
  const inputs = new Map<number, string>();
  for (const part of frames.split('\n\n')) {
    const [, name, data] = /^event: (\w+)\ndata: (.*)$/s.exec(part) ?? [];
    if (data === undefined) continue;
    const json = JSON.parse(data) as { type: string; index: number; content_block: JsonObject; delta: Record<string, string> };
    if (json.type !== name) throw new Error(`an event ${name} that says ${json.type}`);
    if (json.type === 'content_block_start') {
      if (json.index !== content.length) throw new Error(`block ${json.index} begins after ${content.length} others`);
      content.push({ ...json.content_block });
    } else if (json.type === 'content_block_delta') {
      const block = content[json.index];
      if (block === undefined || json.index !== content.length - 1) throw new Error(`a delta for ${json.index}, which is not open`);
      if (json.delta.partial_json !== undefined) inputs.set(json.index, (inputs.get(json.index) ?? '') + json.delta.partial_json);
      for (const key of ['text', 'thinking', 'signature'])
        if (json.delta[key] !== undefined) block[key] = String(block[key] ?? '') + json.delta[key];
    } else if (json.type === 'content_block_stop') {
      const input = inputs.get(json.index);
      if (input !== undefined && input !== '') (content[json.index] as Record<string, JsonValue>).input = JSON.parse(input) as JsonValue;
    }
  }
  return content;
}
