import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { leavesNothing } from '../core/harness/nothing-left.ts';
import { Books, Tally } from './bookkeeping.ts';
import { type Kind, planned } from './mix.ts';
import { random } from './random.ts';
import { missed, reportOf, slopeLimit } from './report.ts';
import { slopeOf } from './slope.ts';
import { type SoakResult, soak } from './soak.ts';
import { UpstreamWatch } from './upstream-watch.ts';

leavesNothing();

describe('slope', () => {
  const line = (bytesPerRequest: number, noise: (index: number) => number = () => 0) =>
    Array.from({ length: 20 }, (_, index) => ({
      requests: index * 1_000,
      bytes: 5_000_000 + bytesPerRequest * index * 1_000 + noise(index),
    }));

  it('is exact for a straight line, with no doubt about it', () => {
    const { bytesPerRequest, low, high } = slopeOf(line(12.5));
    expect(bytesPerRequest).toBeCloseTo(12.5, 6);
    expect(high - low).toBeLessThan(1e-6);
  });

  it('is 0 for memory that stays, and below 0 for memory that shrinks', () => {
    expect(slopeOf(line(0)).bytesPerRequest).toBe(0);
    expect(slopeOf(line(-3)).bytesPerRequest).toBeCloseTo(-3, 6);
  });

  it('agrees with a worked example', () => {
    // Σxy − n·x̄·ȳ = 15.5, Σx² − n·x̄² = 17.5, squared residuals 1.10476, t = 2.776 at four degrees of freedom.
    const samples = [0, 1, 1, 3, 4, 4].map((bytes, requests) => ({ requests, bytes }));
    const { bytesPerRequest, low, high } = slopeOf(samples);
    expect(bytesPerRequest).toBeCloseTo(15.5 / 17.5, 9);
    const margin = 2.776 * Math.sqrt(1.10476 / 4 / 17.5);
    expect((high - low) / 2 / margin).toBeGreaterThan(0.98);
    expect((high - low) / 2 / margin).toBeLessThan(1.02);
  });

  it('has the true value in its interval 95 times of 100, give or take', () => {
    let held = 0;
    for (let round = 0; round < 1_000; round += 1) {
      const chance = random(7, round);
      const noise = () => (chance.next() + chance.next() + chance.next() - 1.5) * 100_000;
      const { low, high } = slopeOf(line(2, noise));
      if (low <= 2 && 2 <= high) held += 1;
    }
    expect(held).toBeGreaterThan(925);
    expect(held).toBeLessThan(975);
  });

  it('refuses to guess from a few samples, or from one moment', () => {
    expect(() => slopeOf(line(1).slice(0, 5))).toThrow(RangeError);
    expect(() => slopeOf(Array.from({ length: 9 }, () => ({ requests: 1, bytes: 1 })))).toThrow(RangeError);
  });

  it('may be 1 byte per request in a long run, and more in a short one only for what settles once', () => {
    expect(slopeLimit(1_000_000)).toBe(1);
    expect(slopeLimit(20_000)).toBeLessThan(70);
    expect(slopeLimit(3_000)).toBeLessThan(1_024);
  });
});

describe('bookkeeping', () => {
  it('is even when each thing that began ended once', () => {
    const tally = new Tally();
    for (const id of ['a', 'b']) tally.start(id);
    for (const id of ['b', 'a']) tally.end(id);
    expect(tally.counts()).toEqual({ started: 2, ended: 2, open: 0, faults: 0 });
  });

  it('sees what never ended, what ended twice, what ended without a beginning, and what began twice', () => {
    const tally = new Tally();
    for (const id of ['lost', 'twice', 'again', 'again']) tally.start(id);
    for (const id of ['twice', 'twice', 'stranger', 'again']) tally.end(id);
    expect(tally.counts()).toEqual({ started: 4, ended: 4, open: 1, faults: 3 });
  });

  it('hands out copies: a report does not change under its reader', () => {
    const books = new Books();
    const before = books.counts();
    books.settlements.start('a');
    books.errorLines.push('x');
    expect(before).toEqual(new Books().counts());
  });
});

describe('the planned requests', () => {
  it('are the same for the same seed, in whatever order they are asked for', () => {
    const forwards = Array.from({ length: 50 }, (_, index) => planned(3, index));
    const backwards = Array.from({ length: 50 }, (_, index) => planned(3, 49 - index)).reverse();
    expect(backwards).toEqual(forwards);
    expect(planned(4, 0)).not.toEqual(planned(3, 0));
  });

  it('have 5 % aborts in every phase, 5 % faults of the upstream, and every kind', () => {
    const kinds = new Map<Kind, number>();
    const phases = new Set<string>();
    for (let index = 0; index < 40_000; index += 1) {
      const { kind, leaves } = planned(1, index);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (kind === 'abort') phases.add(leaves as string);
    }
    expect((kinds.get('abort') as number) / 40_000).toBeCloseTo(0.05, 2);
    expect((kinds.get('fault') as number) / 40_000).toBeCloseTo(0.05, 2);
    expect([...kinds.keys()].sort()).toEqual(['abort', 'chat', 'control', 'embeddings', 'error', 'fault', 'models', 'stream']);
    expect(phases.size).toBe(8);
  });
});

describe('the watch over the upstream', () => {
  it('counts a request that stays open although its client left', async () => {
    const watch = new UpstreamWatch();
    onTestFinished(() => watch.stop());
    const server = createServer(() => {}).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const arrived = new Promise<void>((resolve) => watch.follow('one', resolve));
    const { port } = server.address() as AddressInfo;
    const open = request({ port, host: '127.0.0.1', agent: false, headers: { 'openai-beta': 'one' } }).on('error', () => {});
    open.end();
    await arrived;
    watch.left('one', performance.now());
    await watch.settled(50);
    expect([...watch.closings]).toEqual([['one', Number.POSITIVE_INFINITY]]);
    open.destroy();
  });
});

describe('a very short soak', { timeout: 180_000 }, () => {
  /** Times are for long runs on quiet machines. */
  const problems = (result: SoakResult): string[] =>
    missed(reportOf(result)).flatMap(({ what }) =>
      what.startsWith('client left') || what.startsWith('upstream requests open') ? [] : what,
    );

  it('F-48, STREAM-7: finds nothing wrong with the gateway, and would tell if a settlement or a stream were missing', async () => {
    const result = await soak({ requests: 3_000, seed: 1, streams: 60 });
    expect(result.load.problems).toEqual([]);
    expect(problems(result)).toEqual([]);

    const { moments, drained, census } = result;
    const last = moments.at(-1) as (typeof moments)[number];
    const settlements = { ...last.books.settlements, ended: last.books.settlements.ended - 1, open: 1 };
    const oneLost = { ...result, moments: moments.with(-1, { ...last, books: { ...last.books, settlements } }) };
    expect(problems(oneLost)).toEqual(['exchanges settled, of those begun by clients', 'exchanges settled never, twice or unasked']);
    expect(problems({ ...result, drained: { ...drained, told: drained.told - 1, lost: 1 } })).toHaveLength(2);
    expect(problems({ ...result, census: { ...census, resources: ['TCPSocketWrap'], timers: 1 } })).toEqual([
      'sockets left',
      'timers left',
    ]);
  });

  it('catches a plugin that keeps 1 KB of every request', async () => {
    const result = await soak({ requests: 3_000, seed: 1, streams: 20, plant: 'memory' });
    expect(problems(result)).toEqual(['heap after GC, slope']);
  });

  it('catches a plugin that leaves timers armed', async () => {
    const result = await soak({ requests: 500, seed: 1, streams: 20, plant: 'timer' });
    expect(problems(result)).toContain('timers left');
  });
});
