import { CounterStore, definePlugin, type Lease, slot } from '@express-ai-gateway/core/plugin';

const held = slot<Lease>('keeps-lease-on-error.lease');

/** Limits exchanges under way, but gives the place back only when all went well. */
export const keepsLeaseOnError = definePlugin({
  name: 'keeps-lease-on-error',
  requires: [CounterStore],
  create: (_options, { counters }) => ({
    onRequest: async (context) => {
      const lease = await counters.lease('under-way', 10_000, 60_000);
      if (lease !== undefined) context.set(held, lease);
    },
    afterResponse: async (context) => {
      if (context.response.status < 400) await context.get(held)?.release();
    },
  }),
});
