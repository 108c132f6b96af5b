import { CounterStore, definePlugin, type ExchangeContext } from '@express-ai-gateway/core/plugin';

/** Counts exchanges at their settlement, but asks for it in two hooks. */
export const countsTwice = definePlugin({
  name: 'counts-twice',
  requires: [CounterStore],
  create: (_options, { counters }) => {
    const count = (context: ExchangeContext): void => {
      context.onSettled(async () => {
        await counters.add('exchanges', 1, 60_000);
      });
    };
    return { onRequest: count, afterResponse: count };
  },
});
