import { definePlugin, type TextEditor } from '@express-ai-gateway/core/plugin';

/** Replaces every digit by `#`, in both directions and in every dialect: all it knows of dialects is that they hold texts. */
export const maskDigits = definePlugin({
  name: 'mask-digits',
  create: () => ({
    beforeRoute: ({ call }) => {
      for (const text of call.texts()) {
        const masked = mask(text.text);
        if (masked !== text.text) text.replace(masked);
      }
    },
    afterResponse: (context) => context.mapTexts(digitMask),
  }),
});

/** A digit stands alone, so nothing needs to be held back. */
function digitMask(): TextEditor {
  return { push: mask, end: () => '' };
}

function mask(text: string): string {
  return text.replace(/\d/g, '#');
}
