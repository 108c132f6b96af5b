import { describe, expect, it } from 'vitest';
import type { StreamDialect } from '../../../core/src/dialects/dialect.ts';
import { openaiChat } from '../../../core/src/dialects/openai-chat/openai-chat.ts';
import { type GatewayError, gatewayError } from '../../../core/src/errors.ts';
import { type Continuation, RecoveringBody } from '../../../core/src/upstream/recovering-body.ts';
import type { RegionSink } from '../../../core/src/upstream/regions.ts';
import { type JoinableFormat, joinable, Splice } from '../../../core/src/upstream/splice.ts';
import { Upstream } from './made-stream.ts';

const format = joinable(openaiChat) as JoinableFormat;
const about = { id: 'x', created: 1, model: 'm', withUsage: false, request: {} };

const turn = () => new Promise((go) => setImmediate(go));

interface Recovering {
  readonly first: Upstream;
  readonly body: RecoveringBody;
  /** Each that was asked for, in turn. */
  readonly asked: GatewayError[];
  readonly told: boolean[];
  readonly client: Client;
}

class Client implements RegionSink {
  text = '';
  ended: string | undefined = undefined;
  open = true;

  region(bytes: Buffer): boolean {
    for (const [, piece] of bytes.toString().matchAll(/"content":"((?:[^"\\]|\\.)*)"/g)) this.text += JSON.parse(`"${piece}"`);
    return this.open;
  }

  end(): void {
    this.ended = 'completed';
  }

  fail(error: GatewayError): void {
    this.ended = error.code;
  }
}

/** `others`: what is asked after a cut, in turn; an error refuses. Joined after what was delivered, as `recovering` does it. */
function recovering(...others: readonly (Upstream | Error | Promise<Upstream>)[]): Recovering {
  const first = new Upstream();
  const asked: GatewayError[] = [];
  const told: boolean[] = [];
  const body = new RecoveringBody(first.body, {
    dialect: openaiChat.stream as StreamDialect,
    recover: (delivered, error) => {
      const splice = Splice.after(delivered, format, about);
      if (splice === undefined) return undefined;
      return async (): Promise<Continuation> => {
        const other = await others[asked.push(error) - 1];
        if (!(other instanceof Upstream)) throw other ?? new Error('nobody else');
        return { body: other.body, splice };
      };
    },
    told: (resumed) => void told.push(resumed),
  });
  const client = new Client();
  body.attach(client);
  return { first, body, asked, told, client };
}

describe('RecoveringBody', () => {
  it('passes a stream on that ends well, and asks nobody', async () => {
    const { first, asked, told, client } = recovering();
    first.say('Hello', ' you');
    first.finish();
    await turn();
    expect([client.text, client.ended, asked.length, told]).toEqual(['Hello you', 'completed', 0, []]);
  });

  it('gives the client the error that it would have had where nobody can go on', async () => {
    const { first, told, client } = recovering(gatewayError('GW_NO_TARGET'));
    first.say('Hello');
    first.cut();
    await turn();
    expect([client.text, client.ended, told]).toEqual(['Hello', 'GW_UPSTREAM_TRUNCATED', [false]]);
  });

  it('goes on with another stream, without a word twice', async () => {
    const second = new Upstream();
    const { first, told, client } = recovering(second);
    first.say('Hello', ' y');
    first.cut();
    await turn();
    expect(client.ended).toBeUndefined();
    second.say('Hel', 'lo you', ' there');
    second.finish();
    expect([client.text, client.ended, told]).toEqual(['Hello you there', 'completed', [true]]);
    expect([first.ended, second.ended]).toEqual(['GW_UPSTREAM_TRUNCATED', 'completed']);
  });

  it('gives up a second stream that differs: not a word of it, one attempt only, and nothing against its target', async () => {
    const second = new Upstream();
    const third = new Upstream();
    const { first, asked, told, client } = recovering(second, third);
    first.say('Hello', ' you');
    first.cut();
    await turn();
    second.say('Hello', ' YOU');
    await turn();
    expect([client.text, client.ended, told]).toEqual(['Hello you', 'GW_UPSTREAM_TRUNCATED', [false]]);
    expect([second.aborted?.code, second.ended]).toEqual(['GW_RECOVERY_UNFIT', 'GW_RECOVERY_UNFIT']);
    expect(asked).toHaveLength(1);
  });

  it('gives up a second stream that ends too early', async () => {
    const second = new Upstream();
    const { first, told, client } = recovering(second);
    first.say('Hello', ' you');
    first.cut();
    await turn();
    second.say('Hello');
    second.finish();
    expect([client.text, client.ended, told]).toEqual(['Hello you', 'GW_UPSTREAM_TRUNCATED', [false]]);
  });

  it('goes on twice, and not a third time', async () => {
    const second = new Upstream();
    const third = new Upstream();
    const { first, asked, told, client } = recovering(second, third, new Upstream());
    first.say('a');
    first.cut();
    await turn();
    second.say('ab');
    second.cut();
    await turn();
    third.say('abc');
    third.cut();
    await turn();
    expect([client.text, client.ended, asked.length, told]).toEqual(['abc', 'GW_UPSTREAM_TRUNCATED', 2, [false]]);
  });

  it('goes on from a second stream that broke before it said anything new', async () => {
    const second = new Upstream();
    const third = new Upstream();
    const { first, client } = recovering(second, third);
    first.say('Hello');
    first.cut();
    await turn();
    second.say('He');
    second.cut();
    await turn();
    third.say('Hello', ' you');
    third.finish();
    expect([client.text, client.ended]).toEqual(['Hello you', 'completed']);
  });

  it('does not keep more than 64 KiB: a longer answer ends with its error', async () => {
    const { first, asked, told, client, body } = recovering(new Upstream());
    first.say('Hello');
    expect(body.recoverable).toBe(true);
    for (let piece = 0; piece < 70; piece += 1) first.say('x'.repeat(1_000));
    expect(body.recoverable).toBe(false);
    first.cut();
    await turn();
    expect([client.ended, asked.length, told]).toEqual(['GW_UPSTREAM_TRUNCATED', 0, []]);
  });

  it('stops asking when its client leaves, and gives up what comes after that', async () => {
    const coming = Promise.withResolvers<Upstream>();
    const { first, body, client, asked, told } = recovering(coming.promise);
    first.say('Hello');
    first.cut();
    body.abort(gatewayError('GW_CLIENT_CLOSED'));
    expect(client.ended).toBe('GW_CLIENT_CLOSED');
    const late = new Upstream();
    late.say('Hello');
    coming.resolve(late);
    await turn();
    expect([late.ended, asked.length, told, client.text]).toEqual(['GW_CLIENT_CLOSED', 1, [], 'Hello']);
  });

  it.each(['GW_CLIENT_CLOSED', 'GW_CLIENT_STALLED', 'GW_UPSTREAM_TRUNCATED'] as const)(
    'takes being given up (%s) for no break: nobody is asked again',
    async (code) => {
      const { first, body, client, asked, told } = recovering(new Upstream());
      first.say('Hello');
      body.abort(gatewayError(code));
      body.abort(gatewayError(code));
      await turn();
      expect([client.ended, asked.length, told, first.ended]).toEqual([code, 0, [], code]);
    },
  );

  it('lets both upstreams wait for a client that is behind', async () => {
    const second = new Upstream();
    const { first, body, client } = recovering(second);
    client.open = false;
    first.say('Hello');
    expect(first.paused).toBe(true);
    body.resume();
    expect(first.paused).toBe(false);
    first.cut();
    await turn();
    second.say('Hello'); // nothing for the client: there is nothing to wait for
    expect(second.paused).toBe(false);
    second.say(' you');
    expect(second.paused).toBe(true);
    client.open = true;
    body.resume();
    expect(second.paused).toBe(false);
    second.finish();
    expect([client.text, client.ended]).toEqual(['Hello you', 'completed']);
  });

  it('gives parsed events to who wraps it, of both streams as one', async () => {
    const second = new Upstream();
    const first = new Upstream();
    const body = new RecoveringBody(first.body, {
      dialect: openaiChat.stream as StreamDialect,
      recover: (delivered) => async () => ({ body: second.body, splice: Splice.after(delivered, format, about) as Splice }),
      told: () => {},
    });
    expect(body.wrapped).toBe(false);
    const texts: string[] = [];
    const reading = (async () => {
      for await (const event of body.events) for (const { text } of event.texts()) texts.push(text);
    })();
    expect(body.wrapped).toBe(true);
    first.say('Hello');
    first.cut();
    await turn();
    second.say('Hello you');
    second.finish();
    await reading;
    expect(texts.join('')).toBe('Hello you');
  });

  it('ends with the reader of its events', async () => {
    const { first, body, asked } = recovering(new Upstream());
    const upstream = new Upstream();
    const wrapped = new RecoveringBody(upstream.body, {
      dialect: openaiChat.stream as StreamDialect,
      recover: () => async () => ({ body: first.body, splice: undefined as unknown as Splice }),
      told: () => {},
    });
    upstream.say('Hello');
    for await (const _event of wrapped.events) break;
    await turn();
    expect([upstream.ended, asked.length, body.wrapped]).toEqual(['GW_CLIENT_CLOSED', 0, false]);
  });
});
