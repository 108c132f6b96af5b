import { CounterStore, definePlugin, GatewayError } from '@express-ai-gateway/core/plugin';

/** A limit that says it fails closed, and lets everybody through while its store is down. */
export const hidesFailures = definePlugin({
  name: 'hides-failures',
  requires: [CounterStore],
  onFailure: 'closed',
  create: (_options, { counters }) => ({
    onRequest: async () => {
      const count = await counters.add('requests', 1, 60_000).catch(() => ({ value: 0 }));
      if (count.value > 10_000) throw new GatewayError({ status: 429, code: 'TOO_MANY', message: 'Too many requests. Wait a minute.' });
    },
  }),
});
