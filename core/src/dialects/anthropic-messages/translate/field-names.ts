import type { NeutralField } from '../../../model/neutral.ts';

/** Messages' words for what another format has no place for. What it cannot say itself has the name that others know it by. */
export const fieldNames: Readonly<Record<NeutralField, string>> = {
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  seed: 'seed',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  stop: 'stop_sequences',
  maxOutputTokens: 'max_tokens',
  reasoning: 'thinking',
  format: 'output_config.format',
  tools: 'tools',
  toolChoice: 'tool_choice',
  parallelTools: 'tool_choice.disable_parallel_tool_use',
  strictTools: 'tools[].strict',
  user: 'metadata.user_id',
  images: 'messages[].content[].image',
  imageUrls: 'messages[].content[].image.source.url',
  audio: 'messages[].content[].audio',
  files: 'messages[].content[].document',
  fileIds: 'messages[].content[].source.file_id',
  prefill: 'messages[-1]',
  toolResultImages: 'messages[].content[].tool_result.content',
};
