import { definePlugin, type GatewayResponse } from '@express-ai-gateway/core/plugin';

/** Greets back without asking a model, with an object of its own making instead of `context.answer`. */
export const answersByHand = definePlugin({
  name: 'answers-by-hand',
  create: () => ({
    beforeRoute: ({ call }) => {
      if (!call.texts().some(({ text }) => text === 'Hello!')) return undefined;
      return { status: 200, body: 'Hello yourself.' } as unknown as GatewayResponse;
    },
  }),
});
