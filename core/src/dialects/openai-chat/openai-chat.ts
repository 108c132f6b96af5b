import type { JsonDocument } from '../../json/document.ts';
import { isJsonObject, type JsonValue } from '../../model/json.ts';
import type { CallDialect } from '../dialect.ts';
import { openaiError } from '../openai-errors.ts';
import { openaiRefusal } from '../openai-refusal.ts';
import { openaiUsage } from '../openai-usage.ts';
import { adoptResponses } from './adopt.ts';
import { answerBody } from './answer.ts';
import { answerLimit } from './answer-limit.ts';
import { hasFinishReason } from './finish.ts';
import { applyChatQuirks } from './quirks.ts';
import { readCall } from './read-call.ts';
import { chatStream } from './stream.ts';
import { attachments, requestTexts, responseTexts } from './texts.ts';
import { chatTranslation } from './translate/translation.ts';

/** OpenAI's Chat Completions: `POST /v1/chat/completions`. */
export const openaiChat: CallDialect = {
  id: 'openai-chat',
  routes: [{ method: 'POST', path: '/v1/chat/completions' }],
  errorBody: openaiError,
  refusal: openaiRefusal,
  clientHeaders: ['openai-beta'],
  readCall,
  requestTexts,
  attachments,
  setModel: (document: JsonDocument, model: string) => document.replaceString(['model'], model),
  responseTexts,
  usage: openaiUsage,
  finishReason,
  answerBody,
  stream: chatStream,
  applyQuirks: applyChatQuirks,
  answerLimit,
  adopt: adoptResponses,
  chat: chatTranslation,
};

function finishReason(body: JsonValue): string | undefined {
  const choices = isJsonObject(body) ? body.choices : undefined;
  const first: JsonValue | undefined = Array.isArray(choices) ? choices[0] : undefined;
  return isJsonObject(first) && hasFinishReason(first) ? String(first.finish_reason) : undefined;
}
