import type { Provider } from '@express-ai-gateway/core/provider';
import { made, secret } from './made.ts';

/** Sends its key in the query, where every log along the way has it. */
export const keyInPath = (): Provider => made('key-in-path', { paths: { 'openai-chat': `/chat/completions?key=${secret}` } });
