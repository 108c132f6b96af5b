import { setTimeout as pause } from 'node:timers/promises';
import { definePlugin } from '@express-ai-gateway/core/plugin';

/** Tells a slow audit of each client that left, and keeps the exchange open meanwhile. */
export const worksForNobody = definePlugin({
  name: 'works-for-nobody',
  create: () => ({
    afterResponse: async ({ response }) => {
      if (response.status === 499) await pause(800);
    },
  }),
});
