import { anthropicError } from '../anthropic-errors.ts';
import type { StreamDialect } from '../dialect.ts';
import { answerFrames } from './answer.ts';
import { MessagesStreamObserver } from './observe.ts';
import { ends, eventTexts, saidOnce } from './texts.ts';

export const messagesStream: StreamDialect = {
  contentType: 'text/event-stream; charset=utf-8',
  // Anthropic reports usage always, and its clients count on it.
  wantsUsage: () => true,
  requestUsage: () => false,
  observe: () => new MessagesStreamObserver(),
  texts: eventTexts,
  ends,
  saidOnce,
  answerFrames,
  // The name is what the SDK throws at. No `message_stop`: nothing may look like a clean end.
  errorFrame: (error, requestId) => `event: error\ndata: ${anthropicError(error, requestId)}\n\n`,
  // Not `event: ping`: the AI SDK takes one that it cannot parse for an error, a comment is nothing to anybody.
  heartbeat: ': keep-alive\n\n',
};
