import type { NeutralField } from '../../../model/neutral.ts';
import type { ChatTranslation } from '../../translation.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { ResponsesStreamReader } from './stream-reader.ts';
import { ResponsesStreamWriter } from './stream-writer.ts';

/** What clients of Responses call what another format has no place for. */
const fieldNames: Readonly<Record<NeutralField, string>> = {
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  seed: 'seed',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  stop: 'stop',
  maxOutputTokens: 'max_output_tokens',
  reasoning: 'reasoning',
  format: 'text.format',
  tools: 'tools',
  toolChoice: 'tool_choice',
  parallelTools: 'parallel_tool_calls',
  strictTools: 'tools[].strict',
  user: 'safety_identifier',
  images: 'input[].content[].input_image',
  imageUrls: 'input[].content[].image_url',
  audio: 'input[].content[].input_audio',
  files: 'input[].content[].input_file',
  fileIds: 'input[].content[].file_id',
  prefill: 'input',
  toolResultImages: 'input[].output[].input_image',
};

/** OpenAI's Responses, to and from the neutral middle. */
export const responsesTranslation: ChatTranslation = {
  decodeRequest,
  encodeRequest,
  decodeAnswer,
  encodeAnswer,
  streamReader: () => new ResponsesStreamReader(),
  streamWriter: (about) => new ResponsesStreamWriter(about),
  fieldNames,
};
