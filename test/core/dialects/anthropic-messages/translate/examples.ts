import fc from 'fast-check';
import { frameFields } from '../../../../../core/src/dialects/sse.ts';
import type { AnswerAbout, TargetTraits } from '../../../../../core/src/dialects/translation.ts';
import { isJsonObject, type JsonObject } from '../../../../../core/src/model/json.ts';
import type { NeutralAnswer, NeutralAssistantPart, NeutralEvent, NeutralStop } from '../../../../../core/src/model/neutral.ts';

import { text, usage } from '../../translate/neutral.ts';

export { call, request, text, usage, withoutRaw } from '../../translate/neutral.ts';

/** What the tests of this folder share: requests and answers to vary, answers of every kind, and a strict client. */

export const about: AnswerAbout = { id: 'exchange1', created: 1_700_000_000, model: 'asked', withUsage: true, request: {} };

export function target(model = 'claude-sonnet-4-5', quirks: TargetTraits['quirks'] = {}): TargetTraits {
  return { model, maxOutputTokens: undefined, quirks };
}

export function thought(value: string, signature?: string): Extract<NeutralAssistantPart, { kind: 'reasoning' }> {
  const opaque = signature === undefined ? undefined : { dialect: 'anthropic-messages', value: signature };
  return { kind: 'reasoning', text: value, opaque };
}

/** The events of a written stream. Anthropic's SDK takes each only with its name, and the two must agree. */
export function eventsIn(frames: string): JsonObject[] {
  if (frames !== '' && !frames.endsWith('\n\n')) throw new Error('a frame without its blank line');
  return frames
    .split('\n\n')
    .slice(0, -1)
    .map((frame) => {
      const { name, data } = frameFields(frame);
      const json: unknown = JSON.parse(data);
      if (!isJsonObject(json) || json.type !== name) throw new Error(`not a frame of Messages': ${frame}`);
      return json;
    });
}

interface Block {
  readonly start: JsonObject;
  pieces: string;
  signature: string;
}

const deltaOf: Readonly<Record<string, readonly string[]>> = {
  text: ['text_delta'],
  thinking: ['thinking_delta', 'signature_delta'],
  tool_use: ['input_json_delta'],
  redacted_thinking: [],
};

/** The message of a complete stream, read by the rules that clients' libraries were seen to have. Throws where one is broken. */
export function strictMessage(frames: string): { message: JsonObject; content: JsonObject[]; delta: JsonObject } {
  const events = eventsIn(frames);
  const first = events.shift();
  const last = events.pop();
  const end = events.pop();
  if (first?.type !== 'message_start' || !isJsonObject(first.message)) throw new Error('does not begin with message_start');
  if (last?.type !== 'message_stop') throw new Error('does not end with message_stop');
  if (end?.type !== 'message_delta' || !isJsonObject(end.usage) || typeof end.usage.output_tokens !== 'number')
    throw new Error('no message_delta with usage');
  const blocks: Block[] = [];
  let open: Block | undefined;
  for (const event of events) {
    if (event.index !== blocks.length - (open === undefined ? 0 : 1)) throw new Error(`a gap at ${JSON.stringify(event)}`);
    if (event.type === 'content_block_start') {
      if (open !== undefined || !isJsonObject(event.content_block)) throw new Error('two blocks at once');
      open = { start: event.content_block, pieces: '', signature: '' };
      blocks.push(open);
    } else if (open === undefined) throw new Error(`no block is open for ${JSON.stringify(event)}`);
    else if (event.type === 'content_block_stop') open = undefined;
    else addDelta(open, event.delta as JsonObject);
  }
  if (open !== undefined) throw new Error('a block is still open');
  return { message: first.message, content: blocks.map(contentOf), delta: end };
}

function addDelta(block: Block, delta: JsonObject): void {
  if (!deltaOf[String(block.start.type)]?.includes(String(delta.type)))
    throw new Error(`Content block is not a ${String(delta.type)} block`);
  if (delta.type === 'signature_delta') block.signature = String(delta.signature);
  else block.pieces += String(delta.text ?? delta.thinking ?? delta.partial_json);
}

function contentOf({ start, pieces, signature }: Block): JsonObject {
  if (start.type === 'text') return { ...start, text: pieces };
  if (start.type === 'thinking') return { ...start, thinking: pieces, signature };
  return start.type === 'tool_use' ? { ...start, input: pieces } : start;
}

const anyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
const signature = fc.base64String({ minLength: 4 });
const foreign = fc.record({ dialect: fc.constantFrom('google-generate-content', 'openai-responses'), value: signature });
const own = fc.record({
  dialect: fc.constant('anthropic-messages'),
  value: fc.oneof(
    signature,
    signature.map((data) => `redacted:${data}`),
  ),
});

export const anyUsage = fc
  .record({
    input: fc.nat(),
    output: fc.nat(),
    cacheRead: fc.option(fc.nat(), { nil: undefined }),
    cacheWrite: fc.option(fc.nat(), { nil: undefined }),
    reasoning: fc.option(fc.nat(), { nil: undefined }),
  })
  .map(({ input, cacheRead, cacheWrite, ...known }) =>
    usage({ ...known, cacheRead, cacheWrite, input: input + (cacheRead ?? 0) + (cacheWrite ?? 0) }),
  );

const anyReasoning: fc.Arbitrary<NeutralAssistantPart> = fc.oneof(
  fc.record({ kind: fc.constant('reasoning' as const), text: anyText, opaque: fc.option(foreign, { nil: undefined }) }),
  fc.record({ kind: fc.constant('reasoning' as const), text: fc.constant(''), opaque: fc.oneof(own, foreign) }),
);

const anyCall = fc.record({
  kind: fc.constant('toolCall' as const),
  id: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 }),
  name: fc.stringMatching(/^[a-z_]{1,12}$/),
  arguments: fc.json({ maxDepth: 2 }).map((value) => JSON.stringify({ value: JSON.parse(value) as unknown })),
  opaque: fc.constant(undefined),
});

const anyParts = fc
  .array(
    fc.oneof(
      anyText.map((value): NeutralAssistantPart => text(value)),
      anyReasoning,
      anyCall,
    ),
    { maxLength: 8 },
  )
  .map((parts) => {
    const ids = new Set<string>();
    return parts.filter((part) => part.kind !== 'toolCall' || (!ids.has(part.id) && ids.add(part.id)));
  });

const anyStop = fc.constantFrom<NeutralStop>(
  { kind: 'end' },
  { kind: 'length' },
  { kind: 'filtered' },
  { kind: 'unknown', word: 'pause_turn' },
);

/** Answers that Messages can say as they are. */
export const anyAnswer: fc.Arbitrary<NeutralAnswer> = fc
  .record({
    id: fc.stringMatching(/^msg_[a-z0-9]{1,8}$/),
    model: fc.string({ minLength: 1, maxLength: 10 }),
    parts: anyParts,
    stop: anyStop,
    usage: anyUsage,
  })
  .map((answer) => {
    const calls = answer.parts.some(({ kind }) => kind === 'toolCall');
    return calls && answer.stop.kind === 'end' ? { ...answer, stop: { kind: 'toolCalls' as const } } : answer;
  });

/** Events as any provider may send them: pieces of any size, calls that interleave, ends of parts or none. */
export const anyEvents: fc.Arbitrary<NeutralEvent[]> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: anyText.map((piece): NeutralEvent => ({ kind: 'text', text: piece })) },
      { weight: 3, arbitrary: anyText.map((piece): NeutralEvent => ({ kind: 'reasoning', text: piece })) },
      { weight: 1, arbitrary: fc.oneof(own, foreign).map((opaque): NeutralEvent => ({ kind: 'reasoningOpaque', opaque })) },
      {
        weight: 2,
        arbitrary: fc
          .nat(3)
          .map((number): NeutralEvent => ({ kind: 'toolCall', call: number, id: `c${number}`, name: 'look', opaque: undefined })),
      },
      {
        weight: 4,
        arbitrary: fc.tuple(fc.nat(3), anyText).map(([number, piece]): NeutralEvent => ({ kind: 'arguments', call: number, piece })),
      },
    ),
    { maxLength: 30 },
  )
  .map(inOrder);

/** Calls are numbered as they appear, and pieces come after them. */
function inOrder(events: readonly NeutralEvent[]): NeutralEvent[] {
  const numbers = new Map<number, number>();
  return events.flatMap((event): NeutralEvent[] => {
    if (event.kind === 'toolCall') {
      if (numbers.has(event.call)) return [];
      const number = numbers.size;
      numbers.set(event.call, number);
      return [{ ...event, call: number, id: `c${number}` }];
    }
    if (event.kind !== 'arguments') return [event];
    const number = numbers.get(event.call);
    return number === undefined ? [] : [{ ...event, call: number }];
  });
}
