import type { GatewayAnswer } from '../dialect.ts';
import { openaiUsageObject } from '../openai-usage.ts';

// Answers the gateway makes itself, in the shapes the SDKs check: `finish_reason` is present (null, not absent, until
// the end), the first chunk has the role, the usage chunk comes only to those who asked.

export function answerBody(answer: GatewayAnswer): string {
  return JSON.stringify({
    ...head(answer, 'chat.completion'),
    choices: [{ index: 0, message: { role: 'assistant', content: answer.text, refusal: null }, logprobs: null, finish_reason: 'stop' }],
    usage: openaiUsageObject(answer.usage),
  });
}

export function answerFrames(answer: GatewayAnswer, withUsage: boolean): string[] {
  const chunk = (delta: object, finish: string | null): object => ({
    ...head(answer, 'chat.completion.chunk'),
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    ...(withUsage && { usage: null }),
  });
  return [
    frame(chunk({ role: 'assistant', content: '' }, null)),
    frame(chunk({ content: answer.text }, null)),
    frame(chunk({}, 'stop')),
    ...(withUsage ? [frame({ ...head(answer, 'chat.completion.chunk'), choices: [], usage: openaiUsageObject(answer.usage) })] : []),
    'data: [DONE]\n\n',
  ];
}

function head(answer: GatewayAnswer, object: string): object {
  return { id: `chatcmpl-${answer.id}`, object, created: answer.created, model: answer.model };
}

function frame(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
