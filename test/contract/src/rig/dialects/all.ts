import { anthropicCountTokens, anthropicMessages, anthropicModels } from './anthropic.ts';
import { googleBatchEmbedContents, googleCountTokens, googleEmbedContent, googleGenerateContent, googleModels } from './google.ts';
import type { KitDialect } from './kit-dialect.ts';
import { openaiEmbeddings, openaiModels, openaiModerations } from './openai.ts';
import { openaiChat, openaiCompletions } from './openai-chat.ts';
import { openaiInputTokens, openaiResponses } from './openai-responses.ts';

/** Every dialect of the core. */
export const dialects: readonly KitDialect[] = [
  openaiChat,
  openaiResponses,
  openaiInputTokens,
  openaiEmbeddings,
  openaiModerations,
  openaiCompletions,
  openaiModels,
  anthropicMessages,
  anthropicCountTokens,
  anthropicModels,
  googleGenerateContent,
  googleCountTokens,
  googleEmbedContent,
  googleBatchEmbedContents,
  googleModels,
];
