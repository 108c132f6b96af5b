import { definePlugin, Logger } from '@express-ai-gateway/core/plugin';

/** Writes what people say into the log. */
export const logsPayloads = definePlugin({
  name: 'logs-payloads',
  requires: [Logger],
  create: (_options, { logger }) => ({
    beforeRoute: (context) => logger.log('info', 'A call.', { exchange: context.id, texts: context.call.texts().map(({ text }) => text) }),
  }),
});
