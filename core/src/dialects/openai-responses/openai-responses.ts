import type { JsonDocument } from '../../json/document.ts';
import type { CallDialect } from '../dialect.ts';
import { openaiError } from '../openai-errors.ts';
import { openaiRefusal } from '../openai-refusal.ts';
import { responsesStates } from '../openai-responses-request.ts';
import { responsesAnswerTexts, responsesAttachments, responsesRequestTexts } from '../openai-responses-texts.ts';
import { responsesUsage } from '../openai-responses-usage.ts';
import { answerBody } from './answer.ts';
import { answerLimit } from './answer-limit.ts';
import { responsesFinish } from './finish.ts';
import { dropForeignReasoning } from './foreign.ts';
import { itemReferences, referableItems, streamedAnswer } from './kept-items.ts';
import { responsesLeaves } from './leaves.ts';
import { readCall } from './read-call.ts';
import { responsesStream } from './stream.ts';
import { responsesTranslation } from './translate/translation.ts';

/** OpenAI's Responses: `POST /v1/responses`. */
export const openaiResponses: CallDialect = {
  id: 'openai-responses',
  routes: [{ method: 'POST', path: '/v1/responses' }],
  errorBody: openaiError,
  refusal: openaiRefusal,
  readCall,
  states: responsesStates,
  leaves: responsesLeaves,
  clientHeaders: ['openai-beta'],
  requestTexts: responsesRequestTexts,
  attachments: responsesAttachments,
  setModel: (document: JsonDocument, model: string) => document.replaceString(['model'], model),
  responseTexts: (body) => responsesAnswerTexts(body, []),
  usage: responsesUsage,
  finishReason: responsesFinish,
  answerBody,
  stream: responsesStream,
  answerLimit,
  itemReferences,
  referableItems,
  streamedAnswer,
  dropForeign: dropForeignReasoning,
  chat: responsesTranslation,
};
