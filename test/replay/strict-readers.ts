import { isJsonObject, type JsonObject, type JsonValue } from '../../core/src/model/json.ts';
import { argumentsOf, contentGist, type Gist, gistOf } from './gist.ts';

/** One event as a strict client reads it. */
interface Frame {
  readonly name: string | undefined;
  readonly data: string;
}

/** What a client makes of a stream, and whatever in it would break a strict one. */
export interface ReadStream extends Gist {
  readonly problems: readonly string[];
  readonly events: readonly JsonValue[];
}

/** Reads a stream that the gateway wrote as strictly as the strictest client library of its format. */
export function readStrictly(dialect: string, stream: string): ReadStream {
  const problems: string[] = [];
  const say = (ok: boolean, what: string): void => {
    if (!ok && problems.length < 20) problems.push(what);
  };
  const frames = framesOf(stream, say);
  const events = frames.filter(({ data }) => data !== '[DONE]').map(({ data }) => parsed(data, say));
  const objects = events.filter(isJsonObject);
  switch (dialect) {
    case 'openai-chat':
      return { ...readChat(frames, objects, say), problems, events };
    case 'openai-responses':
      return { ...readResponses(frames, objects, say), problems, events };
    case 'anthropic-messages':
      return { ...readAnthropic(frames, objects, say), problems, events };
    default:
      return { ...readGoogle(frames, objects, say), problems, events };
  }
}

type Say = (ok: boolean, what: string) => void;

function framesOf(stream: string, say: Say): Frame[] {
  say(stream === '' || stream.endsWith('\n\n'), 'the last event has no blank line');
  return stream
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => {
      const lines = block.split('\n');
      const names = lines.filter((line) => line.startsWith('event: '));
      const data = lines.filter((line) => line.startsWith('data: '));
      say(names.length <= 1 && data.length === 1 && names.length + data.length === lines.length, `not one event: ${block.slice(0, 100)}`);
      return { name: names[0]?.slice('event: '.length), data: data[0]?.slice('data: '.length) ?? '' };
    });
}

function parsed(data: string, say: Say): JsonValue {
  try {
    return JSON.parse(data) as JsonValue;
  } catch {
    say(false, `no JSON: ${data.slice(0, 100)}`);
    return null;
  }
}

const list = (value: JsonValue | undefined): JsonObject[] =>
  Array.isArray(value) ? (value as readonly JsonValue[]).filter(isJsonObject) : [];
const inside = (value: JsonValue | undefined): JsonObject => (isJsonObject(value) ? value : {});
const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

function readChat(frames: readonly Frame[], chunks: readonly JsonObject[], say: Say): Gist {
  say(frames.at(-1)?.data === '[DONE]' && frames.filter(({ data }) => data === '[DONE]').length === 1, 'one [DONE], at the end');
  say(
    frames.every(({ name }) => name === undefined),
    'no event names',
  );
  const calls: { id: string; name: string; arguments: string }[] = [];
  let [content, reasoning, finished] = ['', '', 0];
  for (const [position, chunk] of chunks.entries()) {
    const { id, object, created, model } = chunk;
    say(
      text(id) !== '' && object === 'chat.completion.chunk' && Number.isInteger(created) && text(model) !== '',
      'the envelope of a chunk',
    );
    say(id === chunks[0]?.id, 'one id');
    const choices = list(chunk.choices);
    say(Array.isArray(chunk.choices), 'choices');
    if (choices.length === 0) say(isJsonObject(chunk.usage) && finished === 1, 'a chunk without choices is usage, after the finish');
    for (const choice of choices) {
      const delta = inside(choice.delta);
      say(choice.index === 0 && isJsonObject(choice.delta) && 'finish_reason' in choice, 'index, delta, finish_reason');
      if (position === 0) say(delta.role === 'assistant', 'the first delta has the role');
      say(finished === 0, 'nothing of a choice after its finish');
      const said = contentGist(delta);
      content += said.text;
      reasoning += said.reasoning;
      for (const call of list(delta.tool_calls)) readChatCall(call, calls, say);
      if (typeof choice.finish_reason === 'string' && choice.finish_reason !== '') finished += 1;
    }
  }
  say(finished === 1, `one finish reason, not ${finished}`);
  return { text: content, reasoning, calls: calls.map(({ name, arguments: written }) => ({ name, arguments: argumentsOf(written) })) };
}

function readChatCall(call: JsonObject, calls: { id: string; name: string; arguments: string }[], say: Say): void {
  say(typeof call.index === 'number', 'the index of a call');
  const index = typeof call.index === 'number' ? call.index : calls.length;
  const made = inside(call.function);
  if (index === calls.length) {
    say(text(call.id) !== '' && call.type === 'function' && text(made.name) !== '', 'a call begins with id, type and name');
    calls.push({ id: text(call.id), name: text(made.name), arguments: '' });
  } else say(index < calls.length && call.id === undefined && made.name === undefined, 'a call goes on by its index alone');
  const one = calls[index];
  if (one !== undefined) one.arguments += text(made.arguments);
}

function readResponses(frames: readonly Frame[], events: readonly JsonObject[], say: Say): Gist {
  say(
    frames.every(({ name, data }) => name === text(inside(parsed(data, say)).type)),
    'each event is named by its type',
  );
  say(
    events.every(({ sequence_number: number }, index) => number === index),
    'sequence numbers from 0',
  );
  say(events[0]?.type === 'response.created', 'response.created first');
  const last = events.at(-1);
  say(/^response\.(completed|incomplete|failed)$/.test(text(last?.type)), 'the end last');
  const items: { item: JsonObject; done: boolean; text: string; open: string | undefined }[] = [];
  for (const event of events.slice(1, -1)) readResponsesEvent(event, items, say);
  say(
    items.every(({ done }) => done),
    'every item is done',
  );
  const response = inside(last?.response);
  say(JSON.stringify(response.output) === JSON.stringify(items.map(({ item }) => item)), 'the response’s output is what was streamed');
  return gistOf('openai-responses', response);
}

function readResponsesEvent(
  event: JsonObject,
  items: { item: JsonObject; done: boolean; text: string; open: string | undefined }[],
  say: Say,
): void {
  const type = text(event.type);
  if (type === 'response.in_progress') return;
  const index = Number(event.output_index);
  if (type === 'response.output_item.added') {
    // Several may be open: calls of Chat interleave.
    say(index === items.length, 'items in order, from 0');
    items.push({ item: inside(event.item), done: false, text: '', open: undefined });
    return;
  }
  const one = items[index];
  say(one !== undefined && !one.done, `${type} for an item that is open`);
  if (one === undefined) return;
  const item = inside(event.item);
  if (type === 'response.output_item.done') {
    say(item.id === one.item.id && item.type === one.item.type, 'the item that was added is done');
    one.item = item;
    one.done = true;
    return;
  }
  say(event.item_id === one.item.id, `${type}: the id of its item`);
  if (/\.(delta|done)$/.test(type)) {
    if (type.endsWith('.delta')) one.text += text(event.delta);
    else {
      const whole = text(event.text) + text(event.arguments) + text(event.refusal);
      say(whole === one.text, `${type}: the deltas are the whole`);
      one.text = '';
    }
  }
  if (/part\.added$/.test(type)) say(one.text === '', 'a part begins anew');
}

function readAnthropic(frames: readonly Frame[], events: readonly JsonObject[], say: Say): Gist {
  say(
    frames.every(({ name, data }) => name === text(inside(parsed(data, say)).type)),
    'each event is named by its type',
  );
  say(events[0]?.type === 'message_start', 'message_start first');
  say(isJsonObject(inside(events[0]?.message).usage), 'usage in message_start');
  say(events.at(-1)?.type === 'message_stop', 'message_stop last');
  const closing = events.at(-2);
  say(closing?.type === 'message_delta' && typeof inside(closing.usage).output_tokens === 'number', 'message_delta with usage before it');
  const blocks: Record<string, JsonValue>[] = [];
  let open = false;
  let json = '';
  for (const event of events.slice(1, -2)) {
    const block = blocks.at(-1);
    if (event.type === 'ping') continue;
    if (event.type === 'content_block_start') {
      say(!open && event.index === blocks.length, 'blocks one after the other, from 0');
      blocks.push({ ...inside(event.content_block) });
      open = true;
      json = '';
    } else if (event.type === 'content_block_delta' && block !== undefined) {
      say(open && event.index === blocks.length - 1, 'a delta of the open block');
      const delta = inside(event.delta);
      say(deltaFits(text(block.type), text(delta.type)), `${text(delta.type)} in a block of ${text(block.type)}`);
      for (const key of ['text', 'thinking', 'signature'])
        if (typeof delta[key] === 'string') block[key] = text(block[key]) + text(delta[key]);
      json += text(delta.partial_json);
    } else if (event.type === 'content_block_stop' && block !== undefined) {
      say(open && event.index === blocks.length - 1, 'the open block stops');
      if (block.type === 'tool_use') block.input = argumentsOf(json);
      if (block.type === 'text') say(block.text !== '', 'no empty text');
      open = false;
    } else say(false, `an event of type ${text(event.type)}`);
  }
  say(!open, 'no block is left open');
  return gistOf('anthropic-messages', { content: blocks });
}

function deltaFits(block: string, delta: string): boolean {
  const deltas: Readonly<Record<string, readonly string[]>> = {
    text: ['text_delta', 'citations_delta'],
    thinking: ['thinking_delta', 'signature_delta'],
    tool_use: ['input_json_delta'],
  };
  return deltas[block]?.includes(delta) ?? false;
}

function readGoogle(frames: readonly Frame[], events: readonly JsonObject[], say: Say): Gist {
  say(
    frames.every(({ name, data }) => name === undefined && data !== '[DONE]'),
    'no event names and no [DONE]',
  );
  const parts: JsonObject[] = [];
  for (const [position, event] of events.entries()) {
    const candidate = list(event.candidates)[0];
    say(
      candidate !== undefined || isJsonObject(event.usageMetadata) || isJsonObject(event.promptFeedback),
      'candidates, usage or feedback',
    );
    const content = inside(candidate?.content);
    if (candidate?.content !== undefined) say(content.role === 'model' && Array.isArray(content.parts), 'content of the model');
    for (const part of list(content.parts)) {
      if (isJsonObject(part.functionCall))
        say(isJsonObject(part.functionCall.args ?? {}) && text(part.functionCall.name) !== '', 'a whole call');
      parts.push(part);
    }
    if (candidate?.finishReason !== undefined) say(position === events.length - 1, 'the finish reason last');
  }
  say(typeof list(events.at(-1)?.candidates)[0]?.finishReason === 'string', 'a finish reason');
  return gistOf('google-generate-content', { candidates: [{ content: { parts } }] });
}
