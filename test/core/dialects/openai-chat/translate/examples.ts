import fc from 'fast-check';
import { frameData } from '../../../../../core/src/dialects/sse.ts';
import type { AnswerAbout } from '../../../../../core/src/dialects/translation.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';
import type { NeutralAnswer, NeutralAssistantPart, NeutralRequest, NeutralStop } from '../../../../../core/src/model/neutral.ts';
import type { Usage } from '../../../../../core/src/model/usage.ts';

/** What the tests of this folder share: requests and answers to vary, and answers of every kind. */

export const about: AnswerAbout = { id: 'exchange-1', created: 1_700_000_000, model: 'asked', withUsage: false, request: {} };

/** The same for a client that reads reasoning. */
export const reading: AnswerAbout = { ...about, request: { reasoning_effort: 'high' } };

export const request: NeutralRequest = {
  model: 'm',
  stream: false,
  turns: [{ role: 'user', parts: [{ kind: 'text', text: 'hi' }] }],
  tools: [],
  toolChoice: undefined,
  parallelTools: undefined,
  maxOutputTokens: undefined,
  temperature: undefined,
  topP: undefined,
  topK: undefined,
  seed: undefined,
  frequencyPenalty: undefined,
  presencePenalty: undefined,
  stop: [],
  format: undefined,
  reasoning: undefined,
  user: undefined,
};

export function text(value: string): { kind: 'text'; text: string } {
  return { kind: 'text', text: value };
}

export function call(id: string, name = 'look', given = '{}'): Extract<NeutralAssistantPart, { kind: 'toolCall' }> {
  return { kind: 'toolCall', id, name, arguments: given, opaque: undefined };
}

export function usage(known: Partial<Usage>): Usage {
  return {
    input: undefined,
    output: undefined,
    cacheRead: undefined,
    cacheWrite: undefined,
    reasoning: undefined,
    raw: undefined,
    ...known,
  };
}

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

/** An answer without what a provider's own usage object looked like. */
export function withoutRaw(answer: NeutralAnswer): NeutralAnswer {
  return answer.usage === undefined ? answer : { ...answer, usage: { ...answer.usage, raw: undefined } };
}
