import type { NeutralAnswer, NeutralEvent } from '../../model/neutral.ts';
import type { GatewayAnswer } from '../dialect.ts';
import type { AnswerAbout } from '../translation.ts';
import { encodeAnswer } from './translate/encode-answer.ts';
import { streamWriter } from './translate/stream-writer.ts';

// Answers the gateway makes itself are written as those of other formats' providers are: Codex shows nothing without
// `output_item.added` and `done` (litellm#22102), and asks again without a `response.completed` that has an id and usage.

export { frame } from './translate/frames.ts';

export function answerBody(answer: GatewayAnswer): string {
  const { model, text, usage } = answer;
  const neutral: NeutralAnswer = { id: '', model, parts: [{ kind: 'text', text }], stop: { kind: 'end' }, usage };
  return JSON.stringify(encodeAnswer(neutral, aboutOf(answer)));
}

export function answerFrames(answer: GatewayAnswer): string[] {
  const { model, text, usage } = answer;
  const writer = streamWriter(aboutOf(answer));
  const events: NeutralEvent[] = [
    { kind: 'start', id: '', model },
    { kind: 'text', text },
    ...(usage === undefined ? [] : [{ kind: 'usage', usage } as const]),
    { kind: 'stop', stop: { kind: 'end' } },
  ];
  const frames = events.map((event) => writer.write(event)).join('') + writer.end();
  return frames.split(/(?<=\n\n)/);
}

function aboutOf({ id, model, created }: GatewayAnswer): AnswerAbout {
  return { id, model, created, withUsage: true, request: {} };
}
