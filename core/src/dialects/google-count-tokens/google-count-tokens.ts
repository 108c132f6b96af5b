import { isJsonObject, type JsonObject, type JsonPath } from '../../model/json.ts';
import type { CallAddress, CallDialect, CallFacts } from '../dialect.ts';
import { badField } from '../fields.ts';
import { googleError } from '../google-errors.ts';
import { fieldKey, objectField, refuseTwoSpellings } from '../google-fields.ts';
import { googleRefusal } from '../google-refusal.ts';
import { cachedContents, requestAttachments, requestFacts, requestTexts } from '../google-request.ts';
import { checkBodyModel, googleModel, googleRoutes, setBodyModel } from '../google-routes.ts';
import { noAnswerText } from '../no-answer-text.ts';

const whole = 'generateContentRequest';

/** How many tokens a request would have: `POST /v1beta/models/{model}:countTokens`. Nothing is generated, nothing is billed. */
export const googleCountTokens: CallDialect = {
  id: 'google-count-tokens',
  routes: googleRoutes('countTokens'),
  errorBody: googleError,
  refusal: googleRefusal,
  readCall,
  states: (body) => cachedContents(counted(body)[0]),
  requestTexts: (body) => requestTexts(...counted(body)),
  attachments: (body) => requestAttachments(...counted(body)),
  setModel: (document, model) => {
    setBodyModel(document, ['model'], model);
    for (const key of [whole, 'generate_content_request']) setBodyModel(document, [key, 'model'], model);
  },
  responseTexts: () => [],
  usage: () => undefined,
  finishReason: () => undefined,
  answerBody: () => undefined,
  answerLimit: noAnswerText,
};

/** What is counted: the request within the body, or the body itself. */
function counted(body: JsonObject): [JsonObject, JsonPath] {
  return objectField(body, whole, []) ?? [body, []];
}

function readCall(body: JsonObject, address: CallAddress): CallFacts {
  const model = googleModel(address);
  refuseTwoSpellings(body);
  const key = fieldKey(body, whole);
  if (key === undefined || body[key] === null) return { model, stream: false, ...requestFacts(body, model) };
  const request = body[key];
  if (!isJsonObject(request)) badField(key, 'an object', request);
  // Only one of them would be counted, and only one of them be looked at.
  if (body.contents !== undefined) badField('contents', `nothing beside ${key}`, body.contents);
  checkBodyModel('model', body.model, model);
  return { model, stream: false, ...requestFacts(request, model, `${key}.`) };
}
