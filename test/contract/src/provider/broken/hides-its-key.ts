import type { Provider } from '@express-ai-gateway/core/provider';
import { made, secret } from './made.ts';

/** Shows its key encoded: the gateway does not know it when the provider's errors repeat it. */
export const hidesItsKey = (): Provider =>
  made('hides-its-key', { credentials: [{ headers: { authorization: `Basic ${Buffer.from(`acme:${secret}`).toString('base64')}` } }] });
