import { definePlugin, type StreamEvent } from '@express-ai-gateway/core/plugin';

/** Reads the stream inside its hook to see how it begins, then puts it together again. */
export const iteratesInHook = definePlugin({
  name: 'iterates-in-hook',
  create: () => ({
    afterResponse: async ({ response }) => {
      const { body } = response;
      if (body.kind !== 'stream') return undefined;
      const iterator = body.events[Symbol.asyncIterator]();
      const first = await iterator.next();
      return { ...response, body: { kind: 'stream', events: rejoined(first, iterator) } };
    },
  }),
});

async function* rejoined(first: IteratorResult<StreamEvent>, rest: AsyncIterator<StreamEvent>): AsyncGenerator<StreamEvent> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
