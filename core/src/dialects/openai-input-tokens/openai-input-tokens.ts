import type { JsonDocument } from '../../json/document.ts';
import type { JsonObject } from '../../model/json.ts';
import type { CallDialect, CallFacts } from '../dialect.ts';
import { finiteNumbers } from '../fields.ts';
import { noAnswerText } from '../no-answer-text.ts';
import { openaiError } from '../openai-errors.ts';
import { checkInput, responsesModel, responsesStates, responsesTools } from '../openai-responses-request.ts';
import { responsesAttachments, responsesRequestTexts } from '../openai-responses-texts.ts';

/** Counts what a Responses request would use: `POST /v1/responses/input_tokens`. Answers with a number alone. */
export const openaiInputTokens: CallDialect = {
  id: 'openai-input-tokens',
  routes: [{ method: 'POST', path: '/v1/responses/input_tokens' }],
  errorBody: openaiError,
  readCall,
  states: responsesStates,
  clientHeaders: ['openai-beta'],
  requestTexts: responsesRequestTexts,
  attachments: responsesAttachments,
  setModel: (document: JsonDocument, model: string) => document.replaceString(['model'], model),
  responseTexts: () => [],
  // Its `input_tokens` were counted, not used.
  usage: () => undefined,
  finishReason: () => undefined,
  answerBody: () => undefined,
  answerLimit: noAnswerText,
};

function readCall(body: JsonObject): CallFacts {
  finiteNumbers(body);
  const model = responsesModel(body);
  checkInput(body);
  return { model, stream: false, maxOutputTokens: undefined, tools: responsesTools(body) };
}
