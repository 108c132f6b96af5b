import type { Provider } from '@express-ai-gateway/core/provider';
import { made } from './made.ts';

/** Made by hand: a client's `x-team` would not be recognised as the same header. */
export const shoutsHeaders = (): Provider => {
  const { headers, ...rest } = made('shouts-headers', { headers: { 'x-team': 'blue' } });
  return Object.freeze({ ...rest, headers: Object.freeze(headers.map(({ value }) => Object.freeze({ name: 'X-Team', value }))) });
};
