import type { CallDialect } from '../dialect.ts';
import { googleError } from '../google-errors.ts';
import { googleRefusal } from '../google-refusal.ts';
import { cachedContents, requestAttachments, requestTexts } from '../google-request.ts';
import { googleRoutes, setBodyModel } from '../google-routes.ts';
import { googleUsage } from '../google-usage.ts';
import { answerBody } from './answer.ts';
import { answerLimit } from './answer-limit.ts';
import { finishReason } from './finish.ts';
import { dropForeignSignatures } from './foreign.ts';
import { readCall } from './read-call.ts';
import { generateContentStream } from './stream.ts';
import { responseTexts } from './texts.ts';
import { googleTranslation } from './translate/translation.ts';

/** Gemini's own format: `POST /v1beta/models/{model}:generateContent` and `:streamGenerateContent?alt=sse`. */
export const googleGenerateContent: CallDialect = {
  id: 'google-generate-content',
  routes: googleRoutes('generateContent', 'streamGenerateContent'),
  errorBody: googleError,
  refusal: googleRefusal,
  readCall,
  states: cachedContents,
  requestTexts: (body) => requestTexts(body),
  attachments: (body) => requestAttachments(body),
  // The model stands in the path, which is the provider's to write; some clients repeat it in the body.
  setModel: (document, model) => setBodyModel(document, ['model'], model),
  responseTexts,
  usage: googleUsage,
  finishReason,
  answerBody,
  stream: generateContentStream,
  answerLimit,
  dropForeign: dropForeignSignatures,
  chat: googleTranslation,
};
