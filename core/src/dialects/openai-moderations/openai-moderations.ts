import type { JsonDocument } from '../../json/document.ts';
import type { Attachment } from '../../model/call.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import type { CallDialect, CallFacts, TextPlace } from '../dialect.ts';
import { badField, finiteNumbers } from '../fields.ts';
import { noAnswerText } from '../no-answer-text.ts';
import { openaiError } from '../openai-errors.ts';
import { openaiRefusal } from '../openai-refusal.ts';
import { stringPlaces } from '../string-places.ts';

/** OpenAI's moderation: `POST /v1/moderations`. Never streams; answers with scores, not with text, and costs no tokens. */
export const openaiModerations: CallDialect = {
  id: 'openai-moderations',
  routes: [{ method: 'POST', path: '/v1/moderations' }],
  errorBody: openaiError,
  refusal: openaiRefusal,
  readCall,
  requestTexts,
  attachments,
  setModel: (document: JsonDocument, model: string) => document.replaceString(['model'], model),
  responseTexts: () => [],
  usage: () => undefined,
  finishReason: () => undefined,
  answerBody: () => undefined,
  answerLimit: noAnswerText,
};

function readCall(body: JsonObject): CallFacts {
  finiteNumbers(body);
  const { model, input } = body;
  // OpenAI has a default. Here the model chooses who is asked, and a guess could ask somebody else.
  if (typeof model !== 'string' || model === '')
    badField('model', 'a non-empty string such as "omni-moderation-latest" (it chooses the provider, so it has no default here)', model);
  if (typeof input !== 'string' && !(Array.isArray(input) && input.length > 0))
    badField('input', 'a string or a non-empty array of strings or parts', input);
  return { model, stream: false, maxOutputTokens: undefined, tools: [] };
}

/** Strings, or parts with a `text`; at any depth, for a text that passes unseen passes unredacted. */
function* requestTexts(body: JsonObject): Generator<TextPlace> {
  for (const place of stringPlaces(body.input, ['input'], 'user')) {
    const key = place.path.at(-1);
    if (key !== 'type' && key !== 'url') yield place;
  }
}

function* attachments(body: JsonObject): Generator<Attachment> {
  const { input } = body;
  if (!Array.isArray(input)) return;
  for (const [index, part] of (input as readonly JsonValue[]).entries())
    if (isJsonObject(part) && isJsonObject(part.image_url)) {
      const inline = typeof part.image_url.url === 'string' && part.image_url.url.startsWith('data:');
      yield { kind: 'image', ref: inline ? 'inline' : 'url', path: ['input', index] };
    }
}
