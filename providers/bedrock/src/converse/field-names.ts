import type { NeutralField } from '@express-ai-gateway/core/provider';

/** Converse's words for what another format has no place for. */
export const fieldNames: Readonly<Record<NeutralField, string>> = {
  temperature: 'inferenceConfig.temperature',
  topP: 'inferenceConfig.topP',
  topK: 'additionalModelRequestFields.top_k',
  seed: 'seed',
  frequencyPenalty: 'frequencyPenalty',
  presencePenalty: 'presencePenalty',
  stop: 'inferenceConfig.stopSequences',
  maxOutputTokens: 'inferenceConfig.maxTokens',
  reasoning: 'additionalModelRequestFields.thinking',
  format: 'outputConfig',
  tools: 'toolConfig.tools',
  toolChoice: 'toolConfig.toolChoice',
  parallelTools: 'additionalModelRequestFields.tool_choice',
  strictTools: 'toolConfig.tools[].toolSpec.strict',
  user: 'requestMetadata',
  images: 'messages[].content[].image',
  imageUrls: 'messages[].content[].image.source',
  audio: 'messages[].content[].audio',
  files: 'messages[].content[].document',
  fileIds: 'messages[].content[].document.source',
  prefill: 'messages[-1]',
  toolResultImages: 'messages[].content[].toolResult.content',
};
