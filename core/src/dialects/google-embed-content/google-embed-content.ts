import type { JsonObject } from '../../model/json.ts';
import type { CallAddress, CallDialect, CallFacts } from '../dialect.ts';
import { googleError } from '../google-errors.ts';
import { refuseTwoSpellings } from '../google-fields.ts';
import { googleRefusal } from '../google-refusal.ts';
import { googleModel, googleRoutes, setBodyModel } from '../google-routes.ts';
import { googleUsage } from '../google-usage.ts';
import { noAnswerText } from '../no-answer-text.ts';
import { checkEmbedRequest, embedAttachments, embedTexts } from './embed-request.ts';

/** Google's embeddings of one content: `POST /v1beta/models/{model}:embedContent`. */
export const googleEmbedContent: CallDialect = {
  id: 'google-embed-content',
  routes: googleRoutes('embedContent'),
  errorBody: googleError,
  refusal: googleRefusal,
  readCall,
  requestTexts: (body) => embedTexts(body, []),
  attachments: (body) => embedAttachments(body, []),
  setModel: (document, model) => setBodyModel(document, ['model'], model),
  responseTexts: () => [],
  usage: googleUsage,
  finishReason: () => undefined,
  answerBody: () => undefined,
  answerLimit: noAnswerText,
};

function readCall(body: JsonObject, address: CallAddress): CallFacts {
  const model = googleModel(address);
  refuseTwoSpellings(body);
  checkEmbedRequest(body, '', model);
  return { model, stream: false, maxOutputTokens: undefined, tools: [] };
}
