import type { JsonDocument } from '../../json/document.ts';
import type { JsonObject } from '../../model/json.ts';
import { anthropicError } from '../anthropic-errors.ts';
import { anthropicHeaders, requestAttachments, requestFacts, requestStates, requestTexts } from '../anthropic-request.ts';
import type { CallDialect, CallFacts } from '../dialect.ts';
import { noAnswerText } from '../no-answer-text.ts';

/** How many tokens a request would have: `POST /v1/messages/count_tokens`. Nothing is generated, nothing is billed. */
export const anthropicCountTokens: CallDialect = {
  id: 'anthropic-count-tokens',
  routes: [{ method: 'POST', path: '/v1/messages/count_tokens' }],
  errorBody: anthropicError,
  requestIdHeader: 'request-id',
  clientHeaders: anthropicHeaders,
  readCall,
  states: requestStates,
  requestTexts,
  attachments: requestAttachments,
  setModel: (document: JsonDocument, model: string) => document.replaceString(['model'], model),
  responseTexts: () => [],
  // Its `input_tokens` were counted, not used.
  usage: () => undefined,
  finishReason: () => undefined,
  answerBody: () => undefined,
  answerLimit: noAnswerText,
};

function readCall(body: JsonObject): CallFacts {
  return { ...requestFacts(body), stream: false, maxOutputTokens: undefined };
}
