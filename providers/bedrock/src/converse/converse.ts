import type { CallDialect, ChatTranslation, StreamDialect } from '@express-ai-gateway/core/provider';
import { answerLimit } from './answer-limit.ts';
import { decodeAnswer } from './decode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { fieldNames } from './field-names.ts';
import { ConverseStreamObserver } from './observe.ts';
import { dialectId } from './reasoning.ts';
import { finishReason } from './stop.ts';
import { streamReader } from './stream-reader.ts';
import { converseUsage } from './usage.ts';

const translation: ChatTranslation = {
  encodeRequest,
  decodeAnswer,
  streamReader,
  fieldNames,
  decodeRequest: noClient,
  encodeAnswer: noClient,
  streamWriter: noClient,
};

/** As server-sent events, which the framing makes of AWS's own. */
const converseStream: StreamDialect = {
  contentType: 'text/event-stream; charset=utf-8',
  // Bedrock reports usage always.
  requestUsage: () => false,
  observe: () => new ConverseStreamObserver(),
  heartbeat: ': keep-alive\n\n',
  wantsUsage: noClient,
  texts: noClient,
  ends: noClient,
  saidOnce: noClient,
  answerFrames: noClient,
  errorFrame: noClient,
};

/**
 * Amazon Bedrock's Converse, as the gateway speaks it to Bedrock. No client speaks it to the gateway: AWS's SDKs sign what they
 * send with keys of AWS. So only the half towards the provider exists.
 */
export const bedrockConverse: CallDialect = {
  id: dialectId,
  routes: [],
  setModel: () => {}, // it stands in the path
  usage: converseUsage,
  finishReason,
  stream: converseStream,
  answerLimit,
  chat: translation,
  readCall: noClient,
  errorBody: noClient,
  requestTexts: noClient,
  attachments: noClient,
  responseTexts: noClient,
  answerBody: noClient,
};

function noClient(): never {
  throw new TypeError(`No client speaks ${dialectId} to the gateway: it is a format of requests to Amazon Bedrock alone.`);
}
