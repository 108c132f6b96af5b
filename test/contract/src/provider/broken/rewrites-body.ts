import type { Provider } from '@express-ai-gateway/core/provider';
import { made } from './made.ts';

/** Adds one field by writing all of them again. */
export const rewritesBody = (): Provider =>
  made('rewrites-body', {
    prepare: (editor) => {
      for (const [key, value] of Object.entries({ ...editor.body, acme: true })) editor.set([key], value);
    },
  });
