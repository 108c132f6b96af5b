import { randomUUID } from 'node:crypto';
import type { BreakerNews, BreakerShare } from '@express-ai-gateway/core/plugin';
import type { Connection } from './connection.ts';

/** News of one process in a second, and of all: more is no news but noise. */
const toldASecond = 100;
const heardASecond = 1_000;

/** Longer than any name of a target. */
const maxMessage = 1_000;

/** What processes tell each other of their circuit breakers. Best effort: what is lost is found out again. */
export function redisBreakerShare(connection: Connection, prefix: string, deadlineMs: number): BreakerShare {
  const channel = `${prefix}v1:breakers`;
  const self = randomUUID();
  const mayTell = atMost(toldASecond);
  const mayHear = atMost(heardASecond);

  return {
    tell({ target, state }) {
      if (!mayTell()) return;
      const message = JSON.stringify({ from: self, target, state });
      connection.run(deadlineMs, (redis) => redis.publish(channel, message)).catch(() => {});
    },
    listen(listener) {
      return connection.subscribe(channel, (message) => {
        const news = mayHear() ? newsOf(message, self) : undefined;
        if (news !== undefined) listener(news);
      });
    },
  };
}

/** Of another process, and of a kind that this version knows. */
function newsOf(message: string, self: string): BreakerNews | undefined {
  if (message.length > maxMessage) return undefined;
  try {
    const { from, target, state } = JSON.parse(message) as Partial<BreakerNews & { readonly from: string }>;
    if (from === self || typeof target !== 'string' || (state !== 'open' && state !== 'closed')) return undefined;
    return { target, state };
  } catch {
    return undefined;
  }
}

function atMost(limit: number): () => boolean {
  let second = 0;
  let count = 0;
  return () => {
    const now = Math.floor(performance.now() / 1_000);
    if (now !== second) {
      second = now;
      count = 0;
    }
    count += 1;
    return count <= limit;
  };
}
