import { definePlugin, type ExchangeContext, type GatewayPlugin, slot } from '@express-ai-gateway/core/plugin';
import type { Books } from './bookkeeping.ts';

/** A leak of a plugin's, to see that the soak sees it. */
export type Plant = 'memory' | 'timer';

const known = slot<true>('soak-known');

/** Does nothing but count. Requests refused by their head meet it on the way out only. */
export function counting(books: Books): GatewayPlugin {
  const open = (context: ExchangeContext): void => {
    if (context.get(known)) return;
    context.set(known, true);
    books.settlements.start(context.id);
    books.waysOut.start(context.id);
    context.onSettled(({ id, outcome }) => {
      books.settlements.end(id);
      books.outcomes[outcome] += 1;
    });
  };
  return definePlugin({
    name: 'counting',
    create: () => ({
      onRequest(context) {
        books.onRequest += 1;
        open(context);
      },
      afterResponse(context) {
        open(context);
        books.waysOut.end(context.id);
      },
      attempt({ id, onSettled }) {
        books.attempts.start(id);
        onSettled(() => books.attempts.end(id));
      },
    }),
  })();
}

/** What plugins do in the field, at the word of a request's `x-soak` header: wrap a stream, look at it, wait in a hook. */
export function habits(): GatewayPlugin {
  return definePlugin({
    name: 'habits',
    create: () => ({
      onRequest(context) {
        if (context.headers['x-soak'] === 'hold') return aborted(context.signal);
        if (context.headers['x-soak'] === 'tap') context.tap(() => {});
      },
      afterResponse(context) {
        if (context.headers['x-soak'] !== 'wrap' || context.response.status !== 200) return undefined;
        return context.mapTexts(() => ({ push: (piece) => piece, end: () => '' }));
      },
    }),
  })();
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

/** Keeps something of every request. */
export function leaking(plant: Plant): GatewayPlugin {
  const kept: number[][] = [];
  return definePlugin({
    name: 'leaking',
    create: () => ({
      onRequest() {
        if (plant === 'memory') kept.push(new Array<number>(128).fill(kept.length)); // 1 KB
        if (plant === 'timer' && kept.length < 10) {
          kept.push([]);
          setTimeout(() => {}, 3_600_000).unref();
        }
      },
    }),
  })();
}
