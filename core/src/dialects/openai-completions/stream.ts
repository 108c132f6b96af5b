import { isJsonObject, type JsonPath, type JsonValue } from '../../model/json.ts';
import type { StreamDialect } from '../dialect.ts';
import { openaiError } from '../openai-errors.ts';
import { requestUsage, wantsUsage } from '../openai-stream-usage.ts';
import { answerFrames } from './answer.ts';
import { CompletionsStreamObserver } from './observe.ts';
import { choiceCount } from './read-call.ts';
import { channelOf, choicesOf, eventTexts, finishOf } from './texts.ts';

export const completionsStream: StreamDialect = {
  contentType: 'text/event-stream; charset=utf-8',
  wantsUsage,
  requestUsage,
  observe: ({ stripUsage, request }) => new CompletionsStreamObserver(stripUsage, choiceCount(request)),
  texts: eventTexts,
  ends,
  saidOnce,
  answerFrames,
  // No event name and no [DONE]: the SDK throws on the error object, and nothing may look like a clean end.
  errorFrame: (error, requestId) => `data: ${openaiError(error, requestId)}\n\n`,
  heartbeat: ': keep-alive\n\n',
};

/** A choice's text ends with its finish reason; `[DONE]` ends them all. */
function ends(json: JsonValue | undefined, data: string): string[] {
  if (data === '[DONE]') return [''];
  const ended: string[] = [];
  for (const [position, choice] of choicesOf(json)) if (finishOf(choice) !== undefined) ended.push(channelOf(choice, position));
  return ended;
}

/** What a chunk says besides its texts. */
function saidOnce(json: JsonValue): JsonPath[] {
  if (!isJsonObject(json)) return [];
  const paths: JsonPath[] = isGiven(json.usage) ? [['usage']] : [];
  for (const [position, choice] of choicesOf(json))
    for (const key of ['finish_reason', 'logprobs']) if (isGiven(choice[key])) paths.push(['choices', position, key]);
  return paths;
}

function isGiven(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null;
}
