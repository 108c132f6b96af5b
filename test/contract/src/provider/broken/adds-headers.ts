import type { Provider } from '@express-ai-gateway/core/provider';
import { made, secret } from './made.ts';

/** Signs each request into the list of the one before. */
export const addsHeaders = (): Provider => {
  const signed: [string, string][] = [];
  return made('adds-headers', {
    credentials: [
      {
        headers: { 'x-acme-key': secret },
        authorize: ({ body }) => {
          signed.push(['x-acme-signature', String(body.length)]);
          return signed;
        },
      },
    ],
  });
};
