import type { NeutralField } from '../../../model/neutral.ts';

/** Chat's words for what another format has no place for. */
export const fieldNames: Readonly<Record<NeutralField, string>> = {
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  seed: 'seed',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  stop: 'stop',
  maxOutputTokens: 'max_completion_tokens',
  reasoning: 'reasoning_effort',
  format: 'response_format',
  tools: 'tools',
  toolChoice: 'tool_choice',
  parallelTools: 'parallel_tool_calls',
  strictTools: 'tools[].function.strict',
  user: 'user',
  images: 'messages[].content[].image_url',
  imageUrls: 'messages[].content[].image_url',
  audio: 'messages[].content[].input_audio',
  files: 'messages[].content[].file',
  fileIds: 'messages[].content[].file.file_id',
  prefill: 'messages[-1]',
  toolResultImages: 'messages[].content[].image_url',
};
