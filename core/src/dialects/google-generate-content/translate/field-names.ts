import type { NeutralField } from '../../../model/neutral.ts';

/** Google's words for what another format has no place for. */
export const fieldNames: Readonly<Record<NeutralField, string>> = {
  temperature: 'generationConfig.temperature',
  topP: 'generationConfig.topP',
  topK: 'generationConfig.topK',
  seed: 'generationConfig.seed',
  frequencyPenalty: 'generationConfig.frequencyPenalty',
  presencePenalty: 'generationConfig.presencePenalty',
  stop: 'generationConfig.stopSequences',
  maxOutputTokens: 'generationConfig.maxOutputTokens',
  reasoning: 'generationConfig.thinkingConfig',
  format: 'generationConfig.responseJsonSchema',
  tools: 'tools',
  toolChoice: 'toolConfig.functionCallingConfig',
  // The rest has no field of Google's own; requests of this format do not ask for it, or say it within another.
  parallelTools: 'toolConfig',
  strictTools: 'toolConfig.functionCallingConfig.mode',
  user: 'labels',
  images: 'contents.parts.inlineData',
  imageUrls: 'contents.parts.fileData',
  audio: 'contents.parts.inlineData',
  files: 'contents.parts.inlineData',
  fileIds: 'contents.parts.fileData',
  prefill: 'contents',
  toolResultImages: 'contents.parts.functionResponse.parts',
};
