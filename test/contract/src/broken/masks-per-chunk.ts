import { definePlugin } from '@express-ai-gateway/core/plugin';

/** Masks a word piece by piece. A word that arrives in two pieces goes through. */
export const masksPerChunk = definePlugin({
  name: 'masks-per-chunk',
  create: () => ({
    afterResponse: (context) => context.mapTexts(() => ({ push: (piece) => piece.replaceAll('secret', '******'), end: () => '' })),
  }),
});
