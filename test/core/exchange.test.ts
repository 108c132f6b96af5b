import { describe, expect, it } from 'vitest';
import { BytesBody } from '../../core/src/dialects/json-body.ts';
import { openaiChat } from '../../core/src/dialects/openai-chat/openai-chat.ts';
import { gatewayError } from '../../core/src/errors.ts';
import { Exchange } from '../../core/src/exchange.ts';
import { InProcessInbound } from '../../core/src/in-process.ts';
import type { Settlement } from '../../core/src/model/settlement.ts';
import { slot } from '../../core/src/slot.ts';
import { Router } from '../../core/src/upstream/router.ts';
import { gate } from './harness/loopback.ts';
import { type ManualClock, manualClock } from './harness/manual-clock.ts';
import { type RecordingLogger, recordingLogger } from './harness/recording-logger.ts';

interface Made {
  readonly exchange: Exchange;
  readonly clock: ManualClock;
  readonly logger: RecordingLogger;
}

function made(): Made {
  const [clock, logger] = [manualClock(), recordingLogger()];
  const inbound = new InProcessInbound('POST', '/v1/chat/completions', {}, Buffer.alloc(0));
  return { clock, logger, exchange: new Exchange({ clock, logger, router: new Router([], {}) }, inbound, openaiChat) };
}

const closed = gatewayError('GW_CLIENT_CLOSED');
const closing = gatewayError('GW_CLOSING');

/** The answer of an upstream, whole. */
function answer(text = '{"choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}'): BytesBody {
  return new BytesBody(Buffer.from(text), openaiChat);
}

describe('an exchange', () => {
  it('has an id of its own', () => {
    const ids = new Set(Array.from({ length: 100 }, () => made().exchange.id));
    expect(ids.size).toBe(100);
    for (const id of ids) expect(id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  });

  it('says so when its call is asked for before there is one', () => {
    expect(() => made().exchange.requireCall()).toThrow('The exchange has no call yet.');
  });
});

describe('slots', () => {
  it('hold what was set last; each exchange has its own', () => {
    const score = slot<number>('score');
    const [one, other] = [made().exchange, made().exchange];
    expect(one.getSlot(score)).toBeUndefined();
    one.setSlot(score, 1);
    one.setSlot(score, 2);
    expect(one.getSlot(score)).toBe(2);
    expect(other.getSlot(score)).toBeUndefined();
  });

  it('of the same name are apart', () => {
    const [mine, yours] = [slot<string>('x'), slot<string>('x')];
    const { exchange } = made();
    exchange.setSlot(mine, 'mine');
    expect(exchange.getSlot(yours)).toBeUndefined();
  });

  it('that are set once refuse a second value, and keep the first: undefined is a value', () => {
    const verdict = slot<string | undefined>('verdict', { once: true });
    const { exchange } = made();
    exchange.setSlot(verdict, undefined);
    expect(() => exchange.setSlot(verdict, 'guilty')).toThrow('The slot verdict is set once per exchange and is set already.');
    expect(exchange.getSlot(verdict)).toBeUndefined();
  });

  it('that are set once hold a frozen value, in all its depth and also where its outside was frozen already', () => {
    const who = slot<{ scopes: string[]; metadata: { team: string } }>('who', { once: true });
    const { exchange } = made();
    exchange.setSlot(who, Object.freeze({ scopes: ['chat'], metadata: { team: 'a' } }));
    const held = exchange.getSlot(who) as { scopes: string[]; metadata: { team: string } };
    expect(() => held.scopes.push('admin')).toThrow(TypeError);
    expect(() => {
      held.metadata.team = 'b';
    }).toThrow(TypeError);
  });

  it('that are set once hold a copy: the host’s own objects stay as changeable as they were', () => {
    const who = slot<{ metadata: { theme: string } }>('who', { once: true });
    const { exchange } = made();
    const settings = { theme: 'dark' };
    exchange.setSlot(who, { metadata: settings });
    settings.theme = 'light';
    expect(Object.isFrozen(settings)).toBe(false);
    expect(exchange.getSlot(who)).toEqual({ metadata: { theme: 'dark' } });
  });

  it('that are set once take plain data only; what was refused leaves them unset', () => {
    const who = slot<unknown>('who', { once: true });
    const { exchange } = made();
    expect(() => exchange.setSlot(who, { metadata: { since: new Date(0) } })).toThrow(
      'The slot who.metadata.since: expected plain data (texts, numbers, lists, objects), received an object of the class Date',
    );
    exchange.setSlot(who, 'alice');
    expect(exchange.getSlot(who)).toBe('alice');
  });

  it('that may be set again leave their value as it is', () => {
    const list = slot<string[]>('list');
    const { exchange } = made();
    const value: string[] = [];
    exchange.setSlot(list, value);
    exchange.getSlot(list)?.push('x');
    expect(value).toEqual(['x']);
  });
});

describe('headers for the answer', () => {
  it('are one per name, however it is written: the last counts', () => {
    const { exchange } = made();
    expect(exchange.headers).toBeUndefined();
    exchange.setHeader('X-Note', 'first');
    exchange.setHeader('x-note', 'last');
    expect([...(exchange.headers ?? [])]).toEqual([['x-note', 'last']]);
  });
});

describe('leaving', () => {
  it('is told to everything under way, once, with the reason', () => {
    const heard: unknown[] = [];
    const { exchange } = made();
    exchange.onAbort((reason) => heard.push(['one', reason]));
    exchange.onAbort((reason) => heard.push(['other', reason]));
    exchange.abort(closed);
    exchange.abort(closing);
    expect(heard).toEqual([
      ['one', closed],
      ['other', closed],
    ]);
    expect(exchange.aborted).toBe(closed);
    expect(exchange.stopped).toBe(closed);
  });

  it('is told at once to who asks late', () => {
    const heard: unknown[] = [];
    const { exchange } = made();
    exchange.abort(closed);
    const end = exchange.onAbort((reason) => heard.push(reason));
    end();
    expect(heard).toEqual([closed]);
  });

  it('is not told to who no longer wants to know', () => {
    const heard: string[] = [];
    const { exchange } = made();
    const end = exchange.onAbort(() => heard.push('ended'));
    exchange.onAbort(() => heard.push('kept'));
    end();
    end();
    exchange.abort(closed);
    expect(heard).toEqual(['kept']);
  });

  it('after the exchange is over concerns nobody', async () => {
    const heard: unknown[] = [];
    const { exchange } = made();
    exchange.onAbort((reason) => heard.push(reason));
    await exchange.settle(true);
    exchange.abort(closed);
    expect(heard).toEqual([]);
    expect(exchange.aborted).toBeUndefined();
    expect(exchange.settlement).toMatchObject({ outcome: 'completed' });
  });
});

describe('the gateway’s end', () => {
  it('is told like leaving, but the client is still there to be told', () => {
    const heard: unknown[] = [];
    const { exchange } = made();
    exchange.onAbort((reason) => heard.push(reason));
    exchange.end(closing);
    exchange.end(closing);
    expect(heard).toEqual([closing]);
    expect(exchange.aborted).toBeUndefined();
    expect(exchange.stopped).toBe(closing);
  });

  it('is told at once to what begins after it', () => {
    const heard: unknown[] = [];
    const { exchange } = made();
    exchange.end(closing);
    exchange.onAbort((reason) => heard.push(reason));
    expect(heard).toEqual([closing]);
  });

  it('leaves a client that is gone as it is', () => {
    const { exchange } = made();
    exchange.abort(closed);
    exchange.end(closing);
    expect(exchange.stopped).toBe(closed);
  });

  it('can still be followed by leaving, which is told again to who listens still', () => {
    const heard: unknown[] = [];
    const { exchange } = made();
    exchange.onAbort((reason) => heard.push(reason));
    exchange.end(closing);
    exchange.abort(closed);
    expect(heard).toEqual([closing, closed]);
    expect(exchange.aborted).toBe(closed);
  });
});

describe('settling', () => {
  it('there is no settlement before', () => {
    expect(made().exchange.settlement).toBeUndefined();
  });

  it('tells every listener the same settlement, in the order they came', async () => {
    const heard: [string, Settlement][] = [];
    const { exchange } = made();
    exchange.onSettled((settlement) => void heard.push(['one', settlement]));
    exchange.onSettled((settlement) => void heard.push(['other', settlement]));
    await exchange.settle(true);
    expect(heard.map(([who]) => who)).toEqual(['one', 'other']);
    expect(heard[0]?.[1]).toBe(heard[1]?.[1]);
    expect(heard[0]?.[1]).toBe(exchange.settlement);
  });

  it('happens once: settled again, nobody hears it twice and nothing changes', async () => {
    let heard = 0;
    const { exchange } = made();
    exchange.onSettled(() => {
      heard += 1;
    });
    await exchange.settle(true);
    await exchange.settle(false);
    expect(heard).toBe(1);
    expect(exchange.settlement).toMatchObject({ outcome: 'completed' });
  });

  it('costs no promise where no listener needs one', () => {
    const { exchange } = made();
    exchange.onSettled(() => {});
    expect(exchange.settle(true)).toBeUndefined();
  });

  it('is over when its listeners are', async () => {
    const notes: string[] = [];
    const { exchange } = made();
    const listening = gate();
    exchange.onSettled(async () => {
      await listening.opened;
      notes.push('listener done');
    });
    const settled = (exchange.settle(true) as Promise<void>).then(() => notes.push('settled'));
    listening.open();
    await settled;
    expect(notes).toEqual(['listener done', 'settled']);
  });

  it('waits for listeners that a listener adds, and for work they begin', async () => {
    const notes: string[] = [];
    const { exchange } = made();
    exchange.onSettled(async () => {
      await Promise.resolve();
      exchange.onSettled(async () => {
        await Promise.resolve();
        exchange.track(Promise.resolve().then(() => void notes.push('work')));
        notes.push('added');
      });
      notes.push('first');
    });
    await exchange.settle(true);
    expect(notes.sort()).toEqual(['added', 'first', 'work']);
  });

  it('runs what a listener gives to be awaited, of whatever library it is', async () => {
    let ran = 0;
    const { exchange } = made();
    // Query builders run when somebody calls `then`.
    const query = {
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested.
      then(done: () => void) {
        ran += 1;
        done();
      },
    };
    exchange.onSettled(() => query as unknown as Promise<void>);
    await exchange.settle(true);
    expect(ran).toBe(1);
  });

  it('tells who registers late at once; a failure of theirs is logged', async () => {
    const { exchange, logger } = made();
    await exchange.settle(true);
    const late: Settlement[] = [];
    exchange.onSettled((settlement) => void late.push(settlement));
    exchange.onSettled(() => {
      throw new Error('thrown late');
    });
    exchange.onSettled(() => Promise.reject(new Error('rejected late')));
    expect(late).toEqual([exchange.settlement]);
    await exchange.settle(true);
    expect(logger.texts('error').join()).toMatch(/thrown late.*rejected late/s);
  });

  it('one listener that throws or rejects is logged with the exchange’s id and hurts no other', async () => {
    const notes: string[] = [];
    const { exchange, logger } = made();
    exchange.onSettled(() => {
      throw new Error('thrown here');
    });
    exchange.onSettled(() => Promise.reject(new Error('rejected here')));
    exchange.onSettled(() => void notes.push('third'));
    await exchange.settle(true);
    expect(notes).toEqual(['third']);
    expect(logger.lines.map(({ level, fields }) => [level, fields.exchange, fields.error])).toEqual([
      ['error', exchange.id, 'Error: thrown here'],
      ['error', exchange.id, 'Error: rejected here'],
    ]);
  });

  it('gives up a listener that never ends, and says so', async () => {
    const { exchange, clock, logger } = made();
    exchange.onSettled(() => new Promise<void>(() => {}));
    const settled = exchange.settle(true);
    clock.advance(10_000);
    await settled;
    expect(logger.texts('error').join()).toContain('not done within 10000 ms');
    expect(clock.armed).toBe(0);
  });

  it('leaves no timer behind a listener that ends in time', async () => {
    const { exchange, clock } = made();
    exchange.onSettled(async () => {});
    await exchange.settle(true);
    expect(clock.armed).toBe(0);
  });

  it('is fixed at the exchange’s end, whenever it is first looked at', async () => {
    const { exchange, clock } = made();
    clock.advance(120);
    await exchange.settle(true);
    clock.advance(60_000);
    expect(exchange.settlement?.durationMs).toBe(120);
  });
});

describe('usage and finish reason', () => {
  it('are unknown while there is no answer', () => {
    const { exchange } = made();
    expect([exchange.usage, exchange.finishReason, exchange.firstContentAt]).toEqual([undefined, undefined, undefined]);
  });

  it('of an answer that a plugin made are what it says', () => {
    const { exchange } = made();
    const usage = { input: 1, output: 1, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw: undefined };
    exchange.response = { status: 200, headers: {}, source: 'plugin:x', usage, body: answer() };
    expect(exchange.usage).toBe(usage);
    expect(exchange.finishReason).toBeUndefined();
  });

  it.each(['no json', '[]', 'null', ''])('of an answer %j are unknown', (text) => {
    const { exchange } = made();
    exchange.call = { format: openaiChat } as unknown as NonNullable<typeof exchange.call>;
    exchange.answeredBy(answer(text), 'key-1');
    expect([exchange.usage, exchange.finishReason]).toEqual([undefined, undefined]);
  });

  it('of an upstream’s answer are what it reports', () => {
    const { exchange } = made();
    exchange.call = { format: openaiChat } as unknown as NonNullable<typeof exchange.call>;
    exchange.answeredBy(answer(), 'key-1');
    expect(exchange.usage).toMatchObject({ input: 3, output: 2 });
    expect(exchange.finishReason).toBe('stop');
    expect(exchange.firstContentAt).toBeUndefined();
  });
});

describe('taps', () => {
  it('are none until somebody taps', () => {
    const { exchange } = made();
    expect(exchange.hasTaps).toBe(false);
    expect(exchange.taps).toEqual([]);
    exchange.tap(() => {});
    expect(exchange.hasTaps).toBe(true);
    expect(exchange.taps).toHaveLength(1);
  });

  it('that throw or reject cost a log line', async () => {
    const { exchange, logger } = made();
    exchange.tap(() => {
      throw new Error('thrown here');
    });
    exchange.tap((() => Promise.reject(new Error('rejected here'))) as unknown as () => void);
    for (const tap of exchange.taps) tap(undefined as never);
    await new Promise((resolve) => setImmediate(resolve));
    expect(logger.texts('error').join()).toMatch(/A tap failed; the stream goes on\..*thrown here.*rejected here/s);
  });
});
