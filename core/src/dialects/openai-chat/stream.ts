import { isJsonObject, type JsonValue } from '../../model/json.ts';
import type { StreamDialect } from '../dialect.ts';
import { openaiError } from '../openai-errors.ts';
import { requestUsage, wantsUsage } from '../openai-stream-usage.ts';
import { answerFrames } from './answer.ts';
import { hasFinishReason } from './finish.ts';
import { ChatStreamObserver } from './observe.ts';
import { eventTexts, hasWholeArguments, indexOf, saidOnce } from './texts.ts';

export const chatStream: StreamDialect = {
  contentType: 'text/event-stream; charset=utf-8',
  wantsUsage,
  requestUsage,
  observe: ({ stripUsage, request }) => new ChatStreamObserver(stripUsage, typeof request.n === 'number' ? request.n : 1),
  texts: eventTexts,
  ends,
  saidOnce,
  answerFrames,
  // No event name and no [DONE]: the SDK throws on the error object, and nothing may look like a clean end.
  errorFrame: (error, requestId) => `data: ${openaiError(error, requestId)}\n\n`,
  heartbeat: ': keep-alive\n\n',
};

/** A choice's texts end with its finish reason, and with a call that comes as a whole; `[DONE]` ends them all. */
function ends(json: JsonValue | undefined, data: string): string[] {
  if (data === '[DONE]') return [''];
  if (!isJsonObject(json) || !Array.isArray(json.choices)) return [];
  const ended: string[] = [];
  for (const [position, choice] of json.choices.entries())
    if (isJsonObject(choice) && (hasFinishReason(choice) || hasWholeArguments(choice.delta))) ended.push(`${indexOf(choice, position)}:`);
  return ended;
}
