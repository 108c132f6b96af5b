import fc from 'fast-check';
import { frameData } from '../../../../../core/src/dialects/sse.ts';
import type { AnswerAbout } from '../../../../../core/src/dialects/translation.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';
import type {
  NeutralAnswer,
  NeutralAssistantPart,
  NeutralEvent,
  NeutralOpaque,
  NeutralStop,
} from '../../../../../core/src/model/neutral.ts';

import { text, usage } from '../../translate/neutral.ts';

export { call, request, text, usage, withoutRaw } from '../../translate/neutral.ts';

/** What the tests of this folder share: requests and answers to vary, and answers of every kind. */

export const about: AnswerAbout = { id: 'exchange-1', created: 1_700_000_000, model: 'asked', withUsage: false, request: {} };

/** The same for a client that reads reasoning. */
export const reading: AnswerAbout = { ...about, request: { reasoning_effort: 'high' } };

/** The chunks of a written stream; `[DONE]` as itself. Each frame must be one `data:` line and a blank one. */
export function chunksOf(frames: string): (JsonObject | '[DONE]')[] {
  return frames
    .split('\n\n')
    .slice(0, -1)
    .map((frame) => {
      if (!/^data: [^\n]+$/.test(frame)) throw new Error(`not a frame of Chat's: ${frame}`);
      const data = frameData(`${Buffer.from(frame).toString('latin1')}\n\n`);
      return data === '[DONE]' ? data : (JSON.parse(data) as JsonObject);
    });
}

const anyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
const google = fc.record({ dialect: fc.constant('google-generate-content'), value: fc.base64String({ minLength: 4 }) });

export const anyUsage = fc
  .record({
    input: fc.nat(),
    output: fc.nat(),
    cacheRead: fc.option(fc.nat(), { nil: undefined }),
    reasoning: fc.option(fc.nat(), { nil: undefined }),
  })
  .map((known) => usage(known));

const anyArguments = fc.oneof(
  fc.json({ maxDepth: 2 }).map((value) => `{"value":${value}}`),
  fc.constantFrom('{}', '{"cut', '"no object"'),
);

const anyCall = fc.record({
  kind: fc.constant('toolCall' as const),
  id: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 }),
  name: fc.stringMatching(/^[a-z_]{1,12}$/),
  arguments: anyArguments,
  opaque: fc.option(google, { nil: undefined }),
});

/** Parts in Chat's order and number: one of each kind, then calls with ids of their own. */
const anyParts = fc
  .record({
    reasoning: fc.option(anyText, { nil: undefined }),
    text: fc.option(anyText, { nil: undefined }),
    refusal: fc.option(anyText, { nil: undefined }),
    calls: fc.uniqueArray(anyCall, { maxLength: 4, selector: ({ id }) => id }),
  })
  .map(({ reasoning, text: said, refusal, calls }): NeutralAssistantPart[] => [
    ...(reasoning === undefined ? [] : [{ kind: 'reasoning' as const, text: reasoning, opaque: undefined }]),
    ...(said === undefined ? [] : [text(said)]),
    ...(refusal === undefined ? [] : [{ kind: 'refusal' as const, text: refusal }]),
    ...calls,
  ]);

const anyStop = fc.oneof(
  fc.constantFrom<NeutralStop>({ kind: 'end' }, { kind: 'length' }, { kind: 'filtered' }),
  fc.constantFrom('MALFORMED_FUNCTION_CALL', 'pause_turn', 'x').map((word): NeutralStop => ({ kind: 'unknown', word })),
);

/** Answers that Chat can say as they are. */
export const anyAnswer: fc.Arbitrary<NeutralAnswer> = fc
  .record({
    id: fc.string({ minLength: 1, maxLength: 10 }),
    model: fc.string({ minLength: 1, maxLength: 10 }),
    parts: anyParts,
    stop: anyStop,
    usage: fc.option(anyUsage, { nil: undefined }),
  })
  .map((answer) => {
    const calls = answer.parts.some(({ kind }) => kind === 'toolCall');
    return calls && answer.stop.kind === 'end' ? { ...answer, stop: { kind: 'toolCalls' as const } } : answer;
  });

export function callEvent(call: number, id: string, name = 'look', opaque?: NeutralOpaque): NeutralEvent {
  return { kind: 'toolCall', call, id, name, opaque };
}

export function argumentsEvent(call: number, piece: string): NeutralEvent {
  return { kind: 'arguments', call, piece };
}

/** The events of an answer, cut into pieces; calls one after the other, or a piece of each in turn. */
export function eventsOf(answer: NeutralAnswer, size: number, interleave: boolean): NeutralEvent[] {
  const pieces = (whole: string): string[] => whole.match(new RegExp(`[^]{1,${size}}`, 'gu')) ?? [];
  const events: NeutralEvent[] = [{ kind: 'start', id: answer.id, model: answer.model }];
  const waiting: NeutralEvent[][] = [];
  for (const part of answer.parts) {
    if (part.kind !== 'toolCall') {
      for (const piece of pieces(part.text)) events.push({ kind: part.kind, text: piece });
      continue;
    }
    const call = waiting.length;
    const written = pieces(part.arguments).map((piece) => argumentsEvent(call, piece));
    events.push(callEvent(call, part.id, part.name, part.opaque), ...(interleave ? [] : [...written, { kind: 'partEnd' as const, call }]));
    waiting.push(interleave ? written : []);
  }
  events.push(...inTurn(waiting));
  if (answer.usage !== undefined) events.push({ kind: 'usage', usage: answer.usage });
  if (answer.stop !== undefined) events.push({ kind: 'stop', stop: answer.stop });
  return events;
}

function inTurn<T>(queues: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...queues.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => queues.flatMap((queue) => queue.slice(at, at + 1))).flat();
}

/** The events as an answer again. */
export function answerOf(events: readonly NeutralEvent[]): NeutralAnswer {
  const parts: { kind: string; text?: string; arguments?: string }[] = [];
  const calls: { arguments: string }[] = [];
  const answer: Record<string, unknown> = { id: '', model: '', parts, stop: undefined, usage: undefined };
  for (const event of events) {
    const last = parts.at(-1);
    if (event.kind === 'start') Object.assign(answer, { id: event.id, model: event.model });
    else if ('text' in event) {
      if (last?.kind === event.kind) last.text += event.text;
      else parts.push({ kind: event.kind, text: event.text, ...(event.kind === 'reasoning' && { opaque: undefined }) });
    } else if (event.kind === 'toolCall') {
      const call = { kind: 'toolCall', id: event.id, name: event.name, arguments: '', opaque: event.opaque };
      calls.push(call);
      parts.push(call);
    } else if (event.kind === 'arguments') (calls[event.call] as { arguments: string }).arguments += event.piece;
    else if (event.kind === 'usage') answer.usage = { ...event.usage, raw: undefined };
    else if (event.kind === 'stop') answer.stop = event.stop;
  }
  return answer as unknown as NeutralAnswer;
}
