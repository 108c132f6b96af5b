import { anthropicCountTokens } from './anthropic-count-tokens/anthropic-count-tokens.ts';
import { anthropicMessages } from './anthropic-messages/anthropic-messages.ts';
import { anthropicModels } from './anthropic-models/anthropic-models.ts';
import type { Dialect } from './dialect.ts';
import { googleCountTokens } from './google-count-tokens/google-count-tokens.ts';
import { googleBatchEmbedContents } from './google-embed-content/google-batch-embed-contents.ts';
import { googleEmbedContent } from './google-embed-content/google-embed-content.ts';
import { googleGenerateContent } from './google-generate-content/google-generate-content.ts';
import { googleModels } from './google-models/google-models.ts';
import { openaiChat } from './openai-chat/openai-chat.ts';
import { openaiCompletions } from './openai-completions/openai-completions.ts';
import { openaiEmbeddings } from './openai-embeddings/openai-embeddings.ts';
import { openaiInputTokens } from './openai-input-tokens/openai-input-tokens.ts';
import { openaiModels } from './openai-models/openai-models.ts';
import { openaiModerations } from './openai-moderations/openai-moderations.ts';
import { openaiResponses } from './openai-responses/openai-responses.ts';

/** Every dialect that clients may speak. */
export const dialects: readonly Dialect[] = [
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
