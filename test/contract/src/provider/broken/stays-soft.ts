import type { Provider } from '@express-ai-gateway/core/provider';
import { made } from './made.ts';

/** Anybody in the process can send the key elsewhere. */
export const staysSoft = (): Provider => ({ ...made('stays-soft') });
