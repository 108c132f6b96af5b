import type { GatewayError } from '../../errors.ts';
import type { StreamDialect } from '../dialect.ts';
import { answerFrames, frame } from './answer.ts';
import { ends, eventTexts, saidOnce } from './event-texts.ts';
import { ResponsesStreamObserver } from './observe.ts';
import { rejoin } from './rejoin.ts';

export const responsesStream: StreamDialect = {
  contentType: 'text/event-stream; charset=utf-8',
  // The last event has it, without asking.
  wantsUsage: () => true,
  requestUsage: () => false,
  observe: () => new ResponsesStreamObserver(),
  texts: eventTexts,
  ends,
  saidOnce,
  answerFrames,
  rejoin,
  errorFrame,
  heartbeat: ': keep-alive\n\n',
};

/**
 * The SDK throws on it; on `response.failed` it does not. Where the stream stood is not known here, yet clients' types
 * require a number: nothing follows that it could be compared with.
 */
function errorFrame(error: GatewayError, requestId: string): string {
  const { code, message, param } = error;
  return frame('error', { code, message, param: param ?? null, sequence_number: 0, request_id: requestId });
}
