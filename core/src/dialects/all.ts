import type { Dialect } from './dialect.ts';
import { openaiChat } from './openai-chat/openai-chat.ts';
import { openaiEmbeddings } from './openai-embeddings/openai-embeddings.ts';
import { openaiModels } from './openai-models/openai-models.ts';

/** Every dialect that clients may speak. */
export const dialects: readonly Dialect[] = [openaiChat, openaiEmbeddings, openaiModels];
