import type { JsonDocument } from '../../json/document.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { CallDialect, CallFacts, TextPlace } from '../dialect.ts';
import { badField, finiteNumbers, optionalCount, requiredText } from '../fields.ts';
import { openaiError } from '../openai-errors.ts';
import { openaiUsage } from '../openai-usage.ts';

/** OpenAI's own ceiling for the number of inputs in one request. */
const maxInputs = 2048;

/** OpenAI's embeddings: `POST /v1/embeddings`. Never streams; inputs given as token ids hold no text to read. */
export const openaiEmbeddings: CallDialect = {
  id: 'openai-embeddings',
  routes: [{ method: 'POST', path: '/v1/embeddings' }],
  errorBody: openaiError,
  readCall,
  requestTexts,
  attachments: () => [],
  setModel: (document: JsonDocument, model: string) => document.replaceString(['model'], model),
  responseTexts: () => [],
  usage: openaiUsage,
  finishReason: () => undefined,
  answerBody: () => undefined,
};

function readCall(body: JsonObject): CallFacts {
  finiteNumbers(body);
  const model = requiredText('model', body.model);
  const input = body.input;
  if (typeof input !== 'string' && !(Array.isArray(input) && input.length > 0))
    badField('input', 'a string or a non-empty array of strings or tokens', input);
  if (Array.isArray(input) && typeof input[0] !== 'number' && input.length > maxInputs)
    badField('input', `at most ${maxInputs} inputs`, input);
  optionalCount('dimensions', body.dimensions);
  return { model, stream: false, maxOutputTokens: undefined, tools: [] };
}

function* requestTexts(body: JsonObject): Generator<TextPlace> {
  const input: JsonValue | undefined = body.input;
  if (typeof input === 'string') yield { scope: 'user', path: ['input'], text: input };
  else if (Array.isArray(input))
    for (const [index, text] of input.entries()) if (typeof text === 'string') yield { scope: 'user', path: ['input', index], text };
  if (typeof body.user === 'string') yield { scope: 'other', path: ['user'], text: body.user };
}
