import { definePlugin } from '@express-ai-gateway/core/plugin';

/** Starts a watch for each exchange and never stops it. */
export const leaksTimer = definePlugin({
  name: 'leaks-timer',
  create: () => ({
    onRequest: () => {
      setInterval(() => {}, 60_000).unref();
    },
  }),
});
