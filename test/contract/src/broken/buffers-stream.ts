import { definePlugin, type StreamEvent } from '@express-ai-gateway/core/plugin';

/** Wraps the stream as it should, but waits for all of it before it gives the first event on. */
export const buffersStream = definePlugin({
  name: 'buffers-stream',
  create: () => ({
    afterResponse: ({ response }) => {
      const { body } = response;
      return body.kind === 'stream' ? { ...response, body: { kind: 'stream', events: afterAll(body.events) } } : undefined;
    },
  }),
});

async function* afterAll(events: AsyncIterable<StreamEvent>): AsyncGenerator<StreamEvent> {
  const all: StreamEvent[] = [];
  for await (const event of events) all.push(event);
  yield* all;
}
