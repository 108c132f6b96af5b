import { anthropicUsageObject } from '../anthropic-usage.ts';
import type { GatewayAnswer } from '../dialect.ts';

// Answers the gateway makes itself, in the shapes and the order that SDKs check: `message_start` first, indexes from 0,
// `usage` with `output_tokens` in `message_delta`, and an `event:` line in every frame, for without one the SDK drops it.

export function answerBody(answer: GatewayAnswer): string {
  return JSON.stringify({
    ...message(answer, answer.text === '' ? [] : [{ type: 'text', text: answer.text }]),
    stop_reason: 'end_turn',
    usage: anthropicUsageObject(answer.usage),
  });
}

export function answerFrames(answer: GatewayAnswer): string[] {
  const usage = anthropicUsageObject(answer.usage);
  return [
    frame('message_start', { message: { ...message(answer, []), usage: { ...usage, output_tokens: 0 } } }),
    ...(answer.text === '' ? [] : textFrames(answer.text)),
    frame('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage }),
    frame('message_stop', {}),
  ];
}

/** No block for an empty text: clients send it back, and providers refuse empty texts (anthropics/claude-code#62396). */
function textFrames(text: string): string[] {
  return [
    frame('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    frame('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
    frame('content_block_stop', { index: 0 }),
  ];
}

function message(answer: GatewayAnswer, content: readonly object[]): object {
  return {
    id: `msg_${answer.id}`,
    type: 'message',
    role: 'assistant',
    model: answer.model,
    content,
    stop_reason: null,
    stop_sequence: null,
  };
}

function frame(type: string, members: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
}
