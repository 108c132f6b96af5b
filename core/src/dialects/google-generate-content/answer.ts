import type { GatewayAnswer } from '../dialect.ts';
import { googleUsageObject } from '../google-usage.ts';

// Answers the gateway makes itself. A stream of one event is a whole stream: text, finish reason and usage may stand together.

export function answerBody(answer: GatewayAnswer): string {
  const usageMetadata = googleUsageObject(answer.usage);
  return JSON.stringify({
    candidates: [{ content: { parts: [{ text: answer.text }], role: 'model' }, finishReason: 'STOP', index: 0 }],
    ...(usageMetadata && { usageMetadata }),
    modelVersion: answer.model,
    createTime: new Date(answer.created * 1000).toISOString(),
    responseId: answer.id,
  });
}

export function answerFrames(answer: GatewayAnswer): string[] {
  return [`data: ${answerBody(answer)}\n\n`];
}
