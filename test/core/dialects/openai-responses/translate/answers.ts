import fc from 'fast-check';
import type { AnswerAbout } from '../../../../../core/src/dialects/translation.ts';
import type {
  NeutralAnswer,
  NeutralAssistantPart,
  NeutralEvent,
  NeutralOpaque,
  NeutralStop,
} from '../../../../../core/src/model/neutral.ts';

export const about: AnswerAbout = {
  id: '00112233445566778899aabbccddeeff',
  created: 1_800_000_000,
  model: 'asked-for',
  withUsage: false,
  request: {},
};

export const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });

const opaque: fc.Arbitrary<NeutralOpaque> = fc.record({
  dialect: fc.constantFrom('openai-responses', 'anthropic-messages', 'google-generate-content'),
  value: fc.base64String({ minLength: 4 }),
});

const part: fc.Arbitrary<NeutralAssistantPart> = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), text }),
  fc.record({ kind: fc.constant('refusal' as const), text }),
  fc.record({ kind: fc.constant('reasoning' as const), text, opaque: fc.option(opaque, { nil: undefined }) }),
  fc.record({ kind: fc.constant('reasoning' as const), text: fc.constant(''), opaque }),
  fc.record({
    kind: fc.constant('toolCall' as const),
    id: fc.uuid(),
    name: fc.stringMatching(/^[a-z_]{1,12}$/),
    arguments: fc.dictionary(text, fc.jsonValue()).map((value) => JSON.stringify(value)),
    opaque: fc.option(fc.record({ dialect: fc.constant('google-generate-content'), value: fc.base64String({ minLength: 4 }) }), {
      nil: undefined,
    }),
  }),
);

/** Stops that Responses has words for. */
function stopOf(parts: readonly NeutralAssistantPart[]): fc.Arbitrary<NeutralStop> {
  const whole: NeutralStop = { kind: parts.some(({ kind }) => kind === 'toolCall') ? 'toolCalls' : 'end' };
  return fc.constantFrom<NeutralStop>(whole, { kind: 'length' }, { kind: 'filtered' });
}

const count = fc.nat({ max: 1_000_000 });

/** Answers that Responses can say. */
export const answer: fc.Arbitrary<NeutralAnswer> = fc.array(part, { maxLength: 6 }).chain((parts) =>
  fc.record({
    id: fc.constant('resp_1'),
    model: fc.constant('m-1'),
    parts: fc.constant(parts),
    stop: stopOf(parts),
    usage: fc.record({ input: count, output: count, cacheRead: count, cacheWrite: count, reasoning: count, raw: fc.constant(null) }),
  }),
);

/** A text in pieces, as a stream brings it. */
export function pieces(whole: string, sizes: readonly number[]): string[] {
  const cut: string[] = [];
  let at = 0;
  for (let turn = 0; at < whole.length; turn += 1) {
    const end = at + 1 + ((sizes[turn % Math.max(1, sizes.length)] ?? 3) % 7);
    cut.push(whole.slice(at, end));
    at = end;
  }
  return cut;
}

/** An answer as a stream that says where each part ends. */
export function eventsOf({ id, model, parts, stop, usage }: NeutralAnswer, sizes: readonly number[]): NeutralEvent[] {
  const events: NeutralEvent[] = [{ kind: 'start', id, model }];
  let call = 0;
  for (const one of parts) {
    if (one.kind === 'toolCall') {
      events.push({ kind: 'toolCall', call, id: one.id, name: one.name, opaque: one.opaque });
      for (const piece of pieces(one.arguments, sizes)) events.push({ kind: 'arguments', call, piece });
      events.push({ kind: 'partEnd', call });
      call += 1;
    } else {
      const { kind } = one;
      for (const piece of pieces(one.text, sizes)) events.push({ kind, text: piece });
      if (one.kind === 'reasoning' && one.opaque !== undefined) events.push({ kind: 'reasoningOpaque', opaque: one.opaque });
      events.push({ kind: 'partEnd' });
    }
  }
  if (stop !== undefined) events.push({ kind: 'stop', stop });
  if (usage !== undefined) events.push({ kind: 'usage', usage });
  return events;
}
