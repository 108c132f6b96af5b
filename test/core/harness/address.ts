import type { CallAddress } from '../../../core/src/dialects/dialect.ts';

/** Where requests of dialects go that say nothing there. */
export const anywhere: CallAddress = { path: '/', parameter: undefined, query: '' };
