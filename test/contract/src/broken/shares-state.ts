import { definePlugin } from '@express-ai-gateway/core/plugin';

/** Keeps what belongs to an exchange in a variable of the plugin. With one caller at a time nobody notices. */
export const sharesState = definePlugin({
  name: 'shares-state',
  create: () => {
    let caller = '';
    return {
      onRequest: (context) => {
        caller = String(context.headers.authorization ?? '').slice('Bearer sk-'.length);
      },
      afterResponse: (context) => context.setHeader('x-served', caller),
    };
  },
});
