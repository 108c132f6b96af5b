import type { Provider } from '@express-ai-gateway/core/provider';
import { made } from './made.ts';

const numbers: Readonly<Record<string, { readonly id: number }>> = { small: { id: 1 }, large: { id: 2 } };

/** Fails by itself for a model that it does not know, where a client should read of it. */
export const knowsFewModels = (): Provider => {
  const path = '/models/{model}/chat';
  const modelName = (model: string): string => String((numbers[model] as { readonly id: number }).id);
  return made('knows-few-models', { paths: { 'openai-chat': { whole: path, stream: path, modelName } } });
};
