import { definePlugin } from '@express-ai-gateway/core/plugin';

/** Writes every member of the request again, as JavaScript would write it. */
export const reserialises = definePlugin({
  name: 'reserialises',
  create: () => ({
    beforeRoute: ({ call }) => {
      for (const [key, value] of Object.entries(call.body)) call.set([key], value);
    },
  }),
});
