import type { ChatTranslation } from '../../translation.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { fieldNames } from './field-names.ts';
import { streamReader } from './stream-reader.ts';
import { streamWriter } from './stream-writer.ts';

/** Google's generateContent, to and from the neutral middle. */
export const googleTranslation: ChatTranslation = {
  decodeRequest,
  encodeRequest,
  decodeAnswer,
  encodeAnswer,
  streamReader,
  streamWriter,
  fieldNames,
};
