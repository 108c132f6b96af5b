import type { StreamDialect } from '../dialect.ts';
import { googleError } from '../google-errors.ts';
import { candidateCount } from '../google-request.ts';
import { answerFrames } from './answer.ts';
import { ends, saidOnce } from './channels.ts';
import { GenerateContentObserver } from './observe.ts';
import { eventTexts } from './texts.ts';

/** Frames are `data: {…}` alone: Google's SDK drops one that begins with an event's name, and throws on `[DONE]`. */
export const generateContentStream: StreamDialect = {
  contentType: 'text/event-stream',
  // Usage is in every event, without asking.
  wantsUsage: () => true,
  requestUsage: () => false,
  observe: ({ request }) => new GenerateContentObserver(candidateCount(request)),
  texts: eventTexts,
  ends,
  saidOnce,
  answerFrames,
  errorFrame: (error, requestId) => `data: ${googleError(error, requestId)}\n\n`,
  heartbeat: ': keep-alive\n\n',
};
