import type { NeutralField } from '../../../model/neutral.ts';

/** Responses' words for what another format has no place for. */
export const fieldNames: Readonly<Record<NeutralField, string>> = {
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
