import { describe, expect, it } from 'vitest';
import { openaiChat } from '../../core/src/dialects/openai-chat/openai-chat.ts';
import { Exchange } from '../../core/src/exchange.ts';
import { InProcessInbound } from '../../core/src/in-process.ts';
import type { Outbound } from '../../core/src/inbound.ts';
import { StallLimit, taken } from '../../core/src/stall-limit.ts';
import { Router } from '../../core/src/upstream/router.ts';
import { gate } from './harness/loopback.ts';
import { manualClock } from './harness/manual-clock.ts';
import { recordingLogger } from './harness/recording-logger.ts';

/** A client whose reading the test decides. */
class ManualClient implements Outbound {
  started = true;
  queued = false;
  waiting = true;
  readonly words: string[] = [];
  readonly #closed = gate<boolean>();
  readonly closed = this.#closed.opened;
  #drained: (() => void)[] = [];

  onDrain(listener: () => void): void {
    this.#drained.push(listener);
  }

  /** It read what there was. */
  reads(): void {
    for (const listener of this.#drained) listener();
  }

  ends(whole: boolean): void {
    this.#closed.open(whole);
  }

  cut(lastWords: Buffer): void {
    this.words.push(`cut ${lastWords}`.trim());
    this.ends(false);
  }

  send(): void {}
  start(): void {}
  end(): void {}
  write(): boolean {
    return false;
  }
}

function made() {
  const clock = manualClock();
  const inbound = new InProcessInbound('POST', '/', {}, Buffer.alloc(0));
  const exchange = new Exchange({ clock, logger: recordingLogger(), router: new Router([], {}) }, inbound, openaiChat);
  return { clock, exchange, client: new ManualClient() };
}

describe('StallLimit', () => {
  it('disconnects a client that takes nothing for so long, and says why', () => {
    const { clock, exchange, client } = made();
    const told: string[] = [];
    exchange.onAbort(({ code }) => told.push(code));
    new StallLimit(exchange, client, 1_000).arm();
    clock.advance(999);
    expect(client.words).toEqual([]);
    clock.advance(1);
    expect(client.words).toEqual(['cut']);
    expect(told).toEqual(['GW_CLIENT_STALLED']);
    expect(exchange.error?.code).toBe('GW_CLIENT_STALLED');
  });

  it('counts from the first thing that waits, not from the last', () => {
    const { clock, exchange, client } = made();
    const stall = new StallLimit(exchange, client, 1_000);
    for (let writes = 0; writes < 10; writes += 1) {
      stall.arm();
      clock.advance(100);
    }
    expect(client.words).toEqual(['cut']);
  });

  it('is over once the client takes something, and begins anew with the next thing that waits', () => {
    const { clock, exchange, client } = made();
    const stall = new StallLimit(exchange, client, 1_000);
    for (let reads = 0; reads < 10; reads += 1) {
      stall.arm();
      clock.advance(900);
      stall.stop();
    }
    stall.stop();
    expect(clock.armed).toBe(0);
    clock.advance(10_000);
    expect(client.words).toEqual([]);
    stall.arm();
    clock.advance(1_000);
    expect(client.words).toEqual(['cut']);
  });

  it('does not blame a client whose answer has to wait behind an earlier one of its connection', () => {
    const { clock, exchange, client } = made();
    client.queued = true;
    new StallLimit(exchange, client, 1_000).arm();
    clock.advance(5_500);
    expect(client.words).toEqual([]);
    client.queued = false;
    clock.advance(500);
    expect(client.words).toEqual(['cut']);
  });
});

describe('taken', () => {
  it.each([true, false])('tells whether the client got the whole answer (%s), and leaves no timer', async (whole) => {
    const { clock, exchange, client } = made();
    const answer = taken(exchange, client, 1_000);
    client.ends(whole);
    expect(await answer).toBe(whole);
    expect(clock.armed).toBe(0);
  });

  it('waits for a client that reads on, however long it takes', async () => {
    const { clock, exchange, client } = made();
    const answer = taken(exchange, client, 1_000);
    for (let reads = 0; reads < 10; reads += 1) {
      clock.advance(999);
      client.reads();
    }
    client.ends(true);
    expect(await answer).toBe(true);
    expect(exchange.error).toBeUndefined();
  });

  it('arms nothing when all was handed over already', async () => {
    const { clock, exchange, client } = made();
    client.waiting = false;
    const answer = taken(exchange, client, 1_000);
    expect(clock.armed).toBe(0);
    client.ends(true);
    expect(await answer).toBe(true);
  });

  it('disconnects one that reads no more', async () => {
    const { clock, exchange, client } = made();
    const answer = taken(exchange, client, 1_000);
    client.reads();
    clock.advance(1_000);
    expect(await answer).toBe(false);
    expect(client.words).toEqual(['cut']);
    expect(exchange.aborted?.code).toBe('GW_CLIENT_STALLED');
    expect(clock.armed).toBe(0);
  });
});
