import type { JsonDocument } from '../../json/document.ts';
import type { JsonObject, JsonPath, JsonValue } from '../../model/json.ts';
import type { CallDialect, CallFacts, TextPlace } from '../dialect.ts';
import { badField, finiteNumbers, optionalCount, requiredText } from '../fields.ts';
import { noAnswerText } from '../no-answer-text.ts';
import { openaiError } from '../openai-errors.ts';
import { openaiRefusal } from '../openai-refusal.ts';
import { openaiUsage } from '../openai-usage.ts';

/** OpenAI's own ceiling for the number of inputs in one request. */
const maxInputs = 2048;

/** OpenAI's embeddings: `POST /v1/embeddings`. Never streams; inputs given as token ids hold no text to read. */
export const openaiEmbeddings: CallDialect = {
  id: 'openai-embeddings',
  routes: [{ method: 'POST', path: '/v1/embeddings' }],
  errorBody: openaiError,
  refusal: openaiRefusal,
  clientHeaders: ['openai-beta'],
  readCall,
  requestTexts,
  attachments: () => [],
  setModel: (document: JsonDocument, model: string) => document.replaceString(['model'], model),
  responseTexts: () => [],
  usage: openaiUsage,
  finishReason: () => undefined,
  answerBody: () => undefined,
  answerLimit: noAnswerText,
};

function readCall(body: JsonObject): CallFacts {
  finiteNumbers(body);
  const model = requiredText('model', body.model);
  const input = body.input;
  if (typeof input !== 'string' && !(Array.isArray(input) && input.length > 0))
    badField('input', 'a string or a non-empty array of strings or tokens', input);
  if (Array.isArray(input) && input.length > maxInputs && !input.every((one: JsonValue) => typeof one === 'number'))
    badField('input', `at most ${maxInputs} inputs`, input);
  optionalCount('dimensions', body.dimensions);
  return { model, stream: false, maxOutputTokens: undefined, tools: [] };
}

function* requestTexts(body: JsonObject): Generator<TextPlace> {
  // Compatible providers take objects as well (`[{ "text": … }]`): a text is a text at any depth.
  yield* inputTexts(body.input, ['input']);
  if (typeof body.user === 'string') yield { scope: 'other', path: ['user'], text: body.user };
}

function* inputTexts(value: JsonValue | undefined, path: JsonPath): Generator<TextPlace> {
  if (typeof value === 'string') yield { scope: 'user', path, text: value };
  else if (typeof value === 'object' && value !== null)
    for (const [key, member] of Array.isArray(value) ? value.entries() : Object.entries(value))
      if (typeof member !== 'number') yield* inputTexts(member, [...path, key]);
}
