import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isThere } from './corpus.ts';
import { conformance, type Replayed, replayTraffic } from './replay.ts';

// A sample of what `npm run replay` does with everything; nothing where the recordings are not.

const seed = Number(process.env.GATEWAY_REPLAY_SEED ?? Date.now() % 2 ** 31);

/** What was found, as lines; how much was looked at goes to the output. */
function foundIn({ found, tally }: Replayed): string[] {
  console.log(`replay: seed ${seed}, ${[...tally.counts.values()].reduce((sum, count) => sum + count, 0)} things looked at`);
  return found.map(({ what, id, detail }) => `${what}, ${id}: ${detail}`);
}

describe('recorded traffic (GATEWAY_TRAFFIC_DATA)', { timeout: 240_000 }, () => {
  it.skipIf(!isThere('recordings'))(
    'passes byte for byte, is booked as its bodies say, survives any cut, and says the same in every other format',
    async () => {
      const result = await replayTraffic({ seed, recordings: 80, cuts: 2 });
      expect(foundIn(result)).toEqual([]);
      expect(result.tally.counts.size).toBeGreaterThan(50);
    },
  );
});

describe('conformance cases (GATEWAY_CONFORMANCE_DATA)', { timeout: 120_000 }, () => {
  it.skipIf(!isThere('openResponses') || !isThere('sse') || !isThere('translations'))(
    'Open Responses by providers of every other format, streams of SSE parsers, translations of another gateway',
    async () => {
      const result = await conformance({ seed, cuts: 5 });
      expect(foundIn(result)).toEqual([]);
      expect(result.tally.counts.get('open responses: by anthropic-messages')).toBe(7);
    },
  );
});

describe('a translated stream', () => {
  it('that stops between the last line of an event and its blank line ends, as one that broke off', { timeout: 30_000 }, () => {
    const script = fileURLToPath(new URL('./stops-after-a-line.ts', import.meta.url));
    const { stdout } = spawnSync(process.execPath, ['--conditions=@express-ai-gateway/source', script], {
      timeout: 10_000,
      encoding: 'utf8',
    });
    expect(stdout).toBe('GW_UPSTREAM_TRUNCATED\n');
  });
});
