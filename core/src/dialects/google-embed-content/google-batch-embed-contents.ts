import type { JsonDocument } from '../../json/document.ts';
import { isJsonObject, type JsonObject, type JsonPath } from '../../model/json.ts';
import type { CallAddress, CallDialect, CallFacts } from '../dialect.ts';
import { badField } from '../fields.ts';
import { googleError } from '../google-errors.ts';
import { elements, objectElements, refuseTwoSpellings } from '../google-fields.ts';
import { googleRefusal } from '../google-refusal.ts';
import { googleModel, googleRoutes, setBodyModel } from '../google-routes.ts';
import { googleUsage } from '../google-usage.ts';
import { noAnswerText } from '../no-answer-text.ts';
import { checkEmbedRequest, embedAttachments, embedTexts } from './embed-request.ts';

/** Google's embeddings of several contents: `POST /v1beta/models/{model}:batchEmbedContents`. Each request names the model again. */
export const googleBatchEmbedContents: CallDialect = {
  id: 'google-batch-embed-contents',
  routes: googleRoutes('batchEmbedContents'),
  errorBody: googleError,
  refusal: googleRefusal,
  readCall,
  requestTexts: (body) => ofEach(body, embedTexts),
  attachments: (body) => ofEach(body, embedAttachments),
  setModel,
  responseTexts: () => [],
  usage: googleUsage,
  finishReason: () => undefined,
  answerBody: () => undefined,
  answerLimit: noAnswerText,
};

function readCall(body: JsonObject, address: CallAddress): CallFacts {
  const model = googleModel(address);
  refuseTwoSpellings(body);
  const requests = body.requests;
  if (!Array.isArray(requests) || requests.length === 0) badField('requests', 'a non-empty array of requests', requests);
  for (const [request, path] of elements(body, 'requests', [])) {
    const at = `requests[${path[1]}]`;
    if (!isJsonObject(request)) badField(at, 'an object with model and content', request);
    checkEmbedRequest(request, `${at}.`, model);
  }
  return { model, stream: false, maxOutputTokens: undefined, tools: [] };
}

/** Looks at the requests as plugins left them. */
function setModel(document: JsonDocument, model: string): void {
  const { view } = document;
  if (!isJsonObject(view)) return;
  for (const [, path] of objectElements(view, 'requests', [])) setBodyModel(document, [...path, 'model'], model);
}

function* ofEach<T>(body: JsonObject, read: (request: JsonObject, path: JsonPath) => Iterable<T>): Generator<T> {
  for (const [request, path] of objectElements(body, 'requests', [])) yield* read(request, path);
}
