import type { ChatTranslation } from '../../translation.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { fieldNames } from './field-names.ts';
import { prefill } from './prefill.ts';
import { streamReader } from './stream-reader.ts';
import { streamWriter } from './stream-writer.ts';

/** Anthropic's Messages to and from the neutral middle. */
export const anthropicTranslation: ChatTranslation = {
  decodeRequest,
  encodeRequest,
  decodeAnswer,
  encodeAnswer,
  streamReader,
  streamWriter,
  prefill,
  fieldNames,
};
