import { randomUUID } from 'node:crypto';
import type { EventObserver } from './context.ts';
import type { Dialect } from './dialects/dialect.ts';
import type { BytesBody } from './dialects/json-body.ts';
import { type GatewayError, gatewayError } from './errors.ts';
import { ExchangeSettlement } from './exchange-settlement.ts';
import { frozenCopy } from './frozen-copy.ts';
import type { Inbound } from './inbound.ts';
import type { Call } from './model/call.ts';
import type { AttemptRecord, GatewayResponse } from './model/response.ts';
import type { Settlement } from './model/settlement.ts';
import type { Target } from './model/target.ts';
import type { Usage } from './model/usage.ts';
import type { ParsedCall } from './parsed-call.ts';
import type { Clock } from './services/clock.ts';
import { errorFields, type Logger } from './services/logger.ts';
import type { Slot } from './slot.ts';
import type { Carrier } from './upstream/carrier.ts';
import type { Router } from './upstream/router.ts';
import type { SseBody } from './upstream/sse-body.ts';
import { isPromiseLike } from './within.ts';

export type SettlementListener = (settlement: Settlement) => void | Promise<void>;

/** What an exchange needs of its gateway. */
export interface ExchangeParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly router: Router;
  /** Work that began after its exchange was over. */
  readonly late?: Set<Promise<void>>;
}

/** Limit of one listener that returns a promise. Milliseconds. */
const listenerMs = 10_000;

const noBytes = Buffer.alloc(0);

const noTargets: readonly Target[] = Object.freeze([]);

/**
 * One client request and its answer: the state that the pipeline's steps hand on. Plugins see it through
 * `PluginContext` only. Everything that is rarely needed is made on first use.
 */
export class Exchange {
  readonly id: string = randomUUID();
  readonly inbound: Inbound;
  readonly dialect: Dialect;
  readonly parts: ExchangeParts;
  readonly startedAt: number;
  /** The exchange whose plugin asked for this one. */
  readonly parent: Exchange | undefined;
  /** That plugin. */
  readonly madeBy: string | undefined;

  call: ParsedCall | undefined = undefined;
  bodyBytes: Buffer = noBytes;
  targets: readonly Target[] = noTargets;
  response: GatewayResponse | undefined = undefined;
  /** What went wrong last; the settlement names it. */
  error: GatewayError | undefined = undefined;
  /** Set once the client left (or its parent exchange did). */
  aborted: GatewayError | undefined = undefined;
  /** Set once the gateway closes and waits for this exchange no longer. */
  ending: GatewayError | undefined = undefined;
  /** The only credential that will do, by name; see `upstream/stickiness.ts`. */
  credential: string | undefined = undefined;
  /** The one that the answer was got with, by name. */
  answeringCredential: string | undefined = undefined;
  /** The connection that it came by, where that leads to upstreams too. */
  carrier: Carrier | undefined = undefined;
  /** Targets that were not asked, each with its reason; for the debug log. */
  passedOver: string[] | undefined = undefined;
  /** Its answer, where another target could go on with it. */
  recovering: { readonly recoverable: boolean } | undefined = undefined;
  attemptCount = 0;
  readonly attempts: AttemptRecord[] = [];
  bytesOut = 0;
  /** Monotonic milliseconds; set when the exchange is over. */
  endedAt = 0;
  /** The status the client got; `undefined` until a head goes out. */
  statusSent: number | undefined = undefined;
  /** The plugin whose hook runs now. */
  plugin = '';
  /** What plugins get; made by `contextOf`. */
  context: unknown = undefined;
  /** Ends when the `attempt` hooks that run now are done. */
  attemptHooks: Promise<void> | undefined = undefined;
  /** Cancels the hook that runs now; made when the hook asks for a signal. */
  hookScope: AbortController | undefined = undefined;

  #slots: Map<Slot<unknown>, unknown> | undefined = undefined;
  #abortListeners: Set<(reason: GatewayError) => void> | undefined = undefined;
  #settlementListeners: SettlementListener[] | undefined = undefined;
  #headers: Map<string, string> | undefined = undefined;
  #taps: EventObserver[] | undefined = undefined;
  #pending: Set<Promise<void>> | undefined = undefined;
  #settlement: Settlement | undefined = undefined;
  /** Set when the exchange is over: whether the client got the whole answer. */
  #delivered: boolean | undefined = undefined;
  #answer: BytesBody | SseBody | undefined = undefined;
  #firstContentAt: number | undefined = undefined;

  constructor(parts: ExchangeParts, inbound: Inbound, dialect: Dialect, parent?: Exchange, madeBy?: string) {
    this.parts = parts;
    this.inbound = inbound;
    this.dialect = dialect;
    this.parent = parent;
    this.madeBy = madeBy ?? parent?.plugin;
    this.startedAt = parts.clock.monotonic();
  }

  get clock(): Clock {
    return this.parts.clock;
  }

  get logger(): Logger {
    return this.parts.logger;
  }

  get hasTaps(): boolean {
    return this.#taps !== undefined;
  }

  get taps(): readonly EventObserver[] {
    return this.#taps ?? [];
  }

  get headers(): ReadonlyMap<string, string> | undefined {
    return this.#headers;
  }

  /** Notes why a target is not asked. */
  passOver(reason: string): void {
    this.passedOver ??= [];
    this.passedOver.push(reason);
  }

  /** The call as plugins see it. */
  get shownCall(): Call | undefined {
    return this.call;
  }

  /** Bytes of the request's body. */
  get bytesIn(): number {
    return this.bodyBytes.length;
  }

  requireCall(): ParsedCall {
    if (this.call === undefined) throw new Error('The exchange has no call yet.');
    return this.call;
  }

  getSlot<T>(slot: Slot<T>): T | undefined {
    return this.#slots?.get(slot) as T | undefined;
  }

  setSlot<T>(slot: Slot<T>, value: T): void {
    this.#slots ??= new Map();
    if (slot.once && this.#slots.has(slot)) throw new Error(`The slot ${slot.name} is set once per exchange and is set already.`);
    this.#slots.set(slot, slot.once ? frozenCopy(value, `The slot ${slot.name}`) : value);
  }

  setHeader(name: string, value: string): void {
    this.#headers ??= new Map();
    this.#headers.set(name.toLowerCase(), value);
  }

  tap(observer: EventObserver): void {
    this.#taps ??= [];
    this.#taps.push(this.guarded(observer));
  }

  /** An observer that costs a log line when it fails, not the stream or the host's process. */
  guarded(observer: EventObserver): EventObserver {
    const failed = (error: unknown): void =>
      this.logger.log('error', 'A tap failed; the stream goes on.', { exchange: this.id, ...errorFields(error) });
    return (event) => {
      try {
        const result: unknown = observer(event);
        if (isPromiseLike(result)) Promise.resolve(result).catch(failed);
      } catch (error) {
        failed(error);
      }
    };
  }

  /** The client left: everything under way for it stops. */
  abort(reason: GatewayError): void {
    if (this.aborted !== undefined || this.#delivered !== undefined) return;
    this.aborted = reason;
    const listeners = this.#abortListeners;
    this.#abortListeners = undefined;
    for (const listener of listeners ?? []) listener(reason);
  }

  /** The gateway closes: what is under way is told to end, as an error that the client still gets. */
  end(reason: GatewayError): void {
    if (this.stopped !== undefined) return;
    this.ending = reason;
    for (const listener of [...(this.#abortListeners ?? [])]) listener(reason);
  }

  /** Why nothing further may begin, if so. */
  get stopped(): GatewayError | undefined {
    return this.aborted ?? this.ending;
  }

  /** Hears of the client's leaving or the gateway's end, at once when it is past. Returns the function that ends that. */
  onAbort(listener: (reason: GatewayError) => void): () => void {
    if (this.stopped !== undefined) {
      listener(this.stopped);
      return () => {};
    }
    this.#abortListeners ??= new Set();
    this.#abortListeners.add(listener);
    return () => this.#abortListeners?.delete(listener);
  }

  onSettled(listener: SettlementListener): void {
    if (this.#delivered !== undefined) {
      this.#notify(listener);
      return;
    }
    this.#settlementListeners ??= [];
    this.#settlementListeners.push(listener);
  }

  /** Work that outlives the answer; `gateway.close()` waits for it, but not for ever. */
  track(work: Promise<void>): void {
    this.#pending ??= new Set();
    const pending = this.#pending;
    const limited = new Promise<void>((resolve) => {
      const timer = this.clock.after(listenerMs, () => {
        this.#listenerFailed(new Error(`not done within ${listenerMs} ms`));
        resolve();
      });
      const done = (): void => {
        timer.cancel();
        resolve();
      };
      void work.then(done, done);
    });
    const late = this.#delivered === undefined ? undefined : this.parts.late;
    pending.add(limited);
    late?.add(limited);
    void limited.then(() => {
      pending.delete(limited);
      late?.delete(limited);
    });
  }

  /** The upstream's body that is the exchange's answer: usage and finish reason are read from it. */
  answeredBy(body: BytesBody | SseBody, credential: string): void {
    this.#firstContentAt = this.firstContentAt; // of a stream that another one goes on with
    this.#answer = body;
    this.answeringCredential = credential;
  }

  /** When the stream's first content arrived, by the monotonic clock. */
  get firstContentAt(): number | undefined {
    return this.#firstContentAt ?? (this.#answer?.kind === 'stream' ? this.#answer.firstContentAt : undefined);
  }

  get usage(): Usage | undefined {
    if (this.#answer === undefined) return this.response?.usage;
    if (this.#answer.kind === 'stream') return this.#answer.observer.usage();
    return this.#answer.usage;
  }

  get finishReason(): string | undefined {
    if (this.#answer === undefined) return undefined;
    if (this.#answer.kind === 'stream') return this.#answer.observer.finishReason();
    return this.#answer.finishReason;
  }

  /** What the answer left with its provider (see `CallDialect.leaves`). */
  get leaves(): string | undefined {
    if (this.#answer === undefined) return undefined;
    return this.#answer.kind === 'stream' ? this.#answer.observer.leaves?.() : this.#answer.leaves;
  }

  /** Ends the exchange: once, with everything that is known of it. Resolves when the listeners are done. */
  settle(delivered: boolean): void | Promise<void> {
    this.#abortListeners = undefined;
    // A stream that a plugin replaced, or that nobody read to its end, must not go on at the upstream.
    if (this.#answer?.kind === 'stream' && !this.#answer.over) this.#answer.abort(this.aborted ?? gatewayError('GW_CLIENT_CLOSED'));
    this.#delivered = delivered;
    this.endedAt = this.clock.monotonic();
    const listeners = this.#settlementListeners;
    this.#settlementListeners = undefined;
    for (const listener of listeners ?? []) this.#notify(listener);
    if (this.#pending !== undefined && this.#pending.size > 0) return this.#settled();
  }

  /** How the exchange ended; `undefined` while it goes on. Made when somebody asks. */
  get settlement(): Settlement | undefined {
    if (this.#delivered === undefined) return undefined;
    this.#settlement ??= new ExchangeSettlement(this, this.#delivered);
    return this.#settlement;
  }

  async #settled(): Promise<void> {
    while (this.#pending !== undefined && this.#pending.size > 0) await Promise.all(this.#pending);
  }

  #notify(listener: SettlementListener): void {
    try {
      const result: unknown = listener(this.settlement as Settlement);
      if (isPromiseLike(result)) this.track(Promise.resolve(result).then(ignore, (error: unknown) => this.#listenerFailed(error)));
    } catch (error) {
      this.#listenerFailed(error);
    }
  }

  #listenerFailed(error: unknown): void {
    this.logger.log('error', 'A settlement listener failed.', { exchange: this.id, ...errorFields(error) });
  }
}

function ignore(): void {}
