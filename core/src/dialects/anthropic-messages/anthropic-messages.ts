import type { JsonDocument } from '../../json/document.ts';
import type { JsonValue } from '../../model/json.ts';
import { anthropicError } from '../anthropic-errors.ts';
import { anthropicHeaders, requestAttachments, requestStates, requestTexts } from '../anthropic-request.ts';
import { anthropicUsage } from '../anthropic-usage.ts';
import type { CallDialect } from '../dialect.ts';
import { answerBody } from './answer.ts';
import { answerLimit } from './answer-limit.ts';
import { hasStopReason } from './finish.ts';
import { dropForeignThinking } from './foreign.ts';
import { messageLeaves } from './leaves.ts';
import { readCall } from './read-call.ts';
import { messagesStream } from './stream.ts';
import { responseTexts } from './texts.ts';
import { anthropicTranslation } from './translate/translation.ts';

/** Anthropic's Messages: `POST /v1/messages`. */
export const anthropicMessages: CallDialect = {
  id: 'anthropic-messages',
  routes: [{ method: 'POST', path: '/v1/messages' }],
  errorBody: anthropicError,
  requestIdHeader: 'request-id',
  clientHeaders: anthropicHeaders,
  readCall,
  states: requestStates,
  leaves: messageLeaves,
  requestTexts,
  attachments: requestAttachments,
  setModel: (document: JsonDocument, model: string) => document.replaceString(['model'], model),
  responseTexts,
  usage: anthropicUsage,
  finishReason: (body: JsonValue) => (hasStopReason(body) ? body.stop_reason : undefined),
  answerBody,
  stream: messagesStream,
  answerLimit,
  dropForeign: dropForeignThinking,
  chat: anthropicTranslation,
};
