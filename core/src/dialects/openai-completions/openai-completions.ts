import type { JsonDocument } from '../../json/document.ts';
import type { CallDialect } from '../dialect.ts';
import { openaiError } from '../openai-errors.ts';
import { openaiRefusal } from '../openai-refusal.ts';
import { openaiUsage } from '../openai-usage.ts';
import { answerBody } from './answer.ts';
import { answerLimit } from './answer-limit.ts';
import { readCall } from './read-call.ts';
import { completionsStream } from './stream.ts';
import { choicesOf, finishOf, requestTexts, responseTexts } from './texts.ts';

/** OpenAI's legacy completions: `POST /v1/completions`. Editors still complete code with them. */
export const openaiCompletions: CallDialect = {
  id: 'openai-completions',
  routes: [{ method: 'POST', path: '/v1/completions' }],
  errorBody: openaiError,
  refusal: openaiRefusal,
  readCall,
  requestTexts,
  attachments: () => [],
  setModel: (document: JsonDocument, model: string) => document.replaceString(['model'], model),
  responseTexts,
  usage: openaiUsage,
  finishReason: (body) => {
    const first = choicesOf(body).next().value;
    return first === undefined ? undefined : finishOf(first[1]);
  },
  answerBody,
  stream: completionsStream,
  answerLimit,
};
