import { hash } from 'node:crypto';
import { badField } from '../dialects/fields.ts';
import { BytesBody } from '../dialects/json-body.ts';
import { eventsOf } from '../dialects/sse-event.ts';
import { gatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { StreamEvent } from '../model/events.ts';
import type { ResponseHeaders } from '../model/headers.ts';
import type { GatewayResponse, StreamBody } from '../model/response.ts';
import type { CacheStore } from '../services/cache-store.ts';
import type { CounterStore } from '../services/counter-store.ts';
import { principal } from '../slot.ts';
import { within } from '../within.ts';

export interface IdempotencyOptions {
  readonly cache: CacheStore;
  readonly counters: CounterStore;
  /** Milliseconds that an answer is kept for repeats. */
  readonly keepMs: number;
  /** Milliseconds after which a request that never ended no longer holds its key. */
  readonly leaseMs: number;
  /** Bytes of an answer; a larger one is not kept. */
  readonly answerBytes: number;
}

type Upstream = (exchange: Exchange) => Promise<GatewayResponse>;

const longestKey = 255;

/** Limit of one call to a store. Milliseconds. */
const storeMs = 5_000;

/**
 * One upstream call, and one charge, for requests that repeat an `Idempotency-Key`: a repeat gets the first one's answer,
 * as the upstream gave it, and takes the whole way out again. Only a complete success is kept: after anything else a
 * repeat is a new try. Keys belong to their caller; strangers (`allowAnonymous`) could read each other's answers, so
 * theirs are not looked at.
 */
export function oncePerKey(options: IdempotencyOptions, upstream: Upstream): Upstream {
  return (exchange) => {
    const key = exchange.inbound.headers['idempotency-key'];
    const who = exchange.getSlot(principal);
    if (key === undefined || who === undefined || who.kind === 'anonymous') return upstream(exchange);
    if (typeof key !== 'string' || key === '' || key.length > longestKey)
      badField('The header idempotency-key', `1 to ${longestKey} characters`, String(key));
    const place = `idempotency:${digest(JSON.stringify([who.tenant, who.kind, who.id, exchange.inbound.path, key]))}`;
    return answerOnce(options, upstream, exchange, place);
  };
}

async function answerOnce(options: IdempotencyOptions, upstream: Upstream, exchange: Exchange, place: string): Promise<GatewayResponse> {
  const request = digest(exchange.bodyBytes);
  // The place first: an answer that is kept before it is free again cannot be missed by who takes it next.
  const lease = await within(storeMs, options.counters.lease(place, 1, options.leaseMs));
  const kept = readKept(await within(storeMs, options.cache.get(place)).catch(() => undefined)); // a store that is away is a miss
  if (kept !== undefined) {
    await lease?.release();
    if (kept.request !== request) throw gatewayError('GW_IDEMPOTENCY_MISMATCH');
    return replay(exchange, kept);
  }
  if (lease === undefined) throw gatewayError('GW_IDEMPOTENCY_IN_FLIGHT', { headers: { 'retry-after': '1' } });
  const recording = new Recording(options.answerBytes);
  exchange.onSettled(async ({ outcome, status }) => {
    const bytes = recording.bytes;
    if (outcome === 'completed' && status < 300 && bytes !== undefined)
      await within(
        storeMs,
        options.cache.set(place, writeKept({ request, status, headers: recording.headers, bytes }), options.keepMs),
      ).catch(
        () => {}, // the answer is out; a repeat will be a new call
      );
    await within(storeMs, lease.release());
  });
  return recording.of(await upstream(exchange));
}

/** What is kept of an answer. */
interface Kept {
  /** Digest of the request that got it. */
  readonly request: string;
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly bytes: Buffer;
}

/** One line of JSON, then the answer's bytes. */
function writeKept({ bytes, ...head }: Kept): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), bytes]);
}

function readKept(stored: Uint8Array | undefined): Kept | undefined {
  if (stored === undefined) return undefined;
  const all = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  const end = all.indexOf('\n');
  try {
    return { ...(JSON.parse(all.toString('utf8', 0, end)) as Omit<Kept, 'bytes'>), bytes: all.subarray(end + 1) };
  } catch {
    return undefined; // not ours, or cut: as good as nothing
  }
}

function replay(exchange: Exchange, { status, headers, bytes }: Kept): GatewayResponse {
  const { format, stream } = exchange.requireCall();
  const replayed = { status, headers: { ...headers, 'idempotent-replayed': 'true' }, source: 'gateway' } as const;
  if (!stream || format.stream === undefined) return { ...replayed, body: new BytesBody(bytes, format) };
  const events = eventsOf(bytes, format.stream);
  return { ...replayed, body: { kind: 'stream', events: replayEvents(events) } };
}

async function* replayEvents(events: readonly StreamEvent[]): AsyncGenerator<StreamEvent, void, undefined> {
  yield* events;
}

/** Keeps an answer's bytes as they pass, up to a limit. */
class Recording {
  headers: ResponseHeaders = {};
  readonly #limit: number;
  #parts: Buffer[] = [];
  #length = 0;
  #whole = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The whole answer; `undefined` when it is not complete or too large to keep. */
  get bytes(): Buffer | undefined {
    return this.#whole && this.#length <= this.#limit ? Buffer.concat(this.#parts) : undefined;
  }

  of(response: GatewayResponse): GatewayResponse {
    this.headers = response.headers;
    if (response.body.kind === 'stream') return { ...response, body: { kind: 'stream', events: this.#events(response.body) } };
    this.#keep(response.body.bytes());
    this.#whole = true;
    return response;
  }

  async *#events(body: StreamBody): AsyncGenerator<StreamEvent, void, undefined> {
    for await (const event of body.events) {
      this.#keep(Buffer.from(event.raw));
      yield event;
    }
    this.#whole = true;
  }

  #keep(bytes: Buffer): void {
    this.#length += bytes.length;
    if (this.#length <= this.#limit) this.#parts.push(bytes);
    else this.#parts = [];
  }
}

function digest(data: string | Buffer): string {
  return hash('sha256', data, 'hex');
}
