import type { GatewayAnswer } from '../dialect.ts';
import { openaiUsageObject } from '../openai-usage.ts';

// Answers the gateway makes itself. `finish_reason` and `logprobs` are present, and null until there is something.

export function answerBody(answer: GatewayAnswer): string {
  return JSON.stringify({ ...head(answer), choices: [choice(answer.text, 'stop')], usage: openaiUsageObject(answer.usage) });
}

export function answerFrames(answer: GatewayAnswer, withUsage: boolean): string[] {
  const chunk = (text: string, finish: string | null): string =>
    frame({ ...head(answer), choices: [choice(text, finish)], ...(withUsage && { usage: null }) });
  return [
    chunk(answer.text, null),
    chunk('', 'stop'),
    ...(withUsage ? [frame({ ...head(answer), choices: [], usage: openaiUsageObject(answer.usage) })] : []),
    'data: [DONE]\n\n',
  ];
}

function head(answer: GatewayAnswer): object {
  return { id: `cmpl-${answer.id}`, object: 'text_completion', created: answer.created, model: answer.model };
}

function choice(text: string, finish: string | null): object {
  return { index: 0, text, logprobs: null, finish_reason: finish };
}

function frame(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
