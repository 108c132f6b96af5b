import type { AttemptContext, AttemptEnd, EventObserver } from '../context.ts';
import type { GatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { JsonPath, JsonValue } from '../model/json.ts';
import type { AttemptKind, AttemptOutcome, AttemptRecord } from '../model/response.ts';
import type { Usage } from '../model/usage.ts';
import { contextOf } from '../plugin-context.ts';
import { errorFields } from '../services/logger.ts';
import type { ResolvedTarget } from './router.ts';

/** One try at one target. Ends exactly once, whatever ends it. */
export class Attempt {
  readonly exchange: Exchange;
  readonly target: ResolvedTarget;
  readonly kind: AttemptKind;
  readonly id: string;
  status: number | undefined = undefined;
  /** Sets values in the body of this attempt only. */
  readonly edits: { readonly path: JsonPath; readonly value: JsonValue }[] = [];
  readonly taps: EventObserver[] = [];

  readonly #startedAt: number;
  #listeners: ((end: AttemptEnd) => void | Promise<void>)[] = [];
  #end: AttemptEnd | undefined = undefined;

  constructor(exchange: Exchange, target: ResolvedTarget, kind: AttemptKind) {
    this.exchange = exchange;
    this.target = target;
    this.kind = kind;
    exchange.attemptCount += 1;
    this.id = `${exchange.id}.${exchange.attemptCount}`;
    this.#startedAt = exchange.clock.monotonic();
  }

  /** Ends the attempt; later calls do nothing. */
  settle(outcome: AttemptOutcome, usage: () => Usage | undefined, error?: GatewayError): void {
    if (this.#end !== undefined) return;
    const record: AttemptRecord = {
      id: this.id,
      target: this.target.target,
      kind: this.kind,
      status: this.status,
      outcome,
      error: error?.code,
      durationMs: this.exchange.clock.monotonic() - this.#startedAt,
      // Reading usage parses the answer: only for who asks.
      get usage() {
        return usage();
      },
    };
    this.#end = Object.freeze(record);
    this.exchange.attempts.push(record);
    for (const listener of this.#listeners) this.#notify(listener, this.#end);
    this.#listeners = [];
  }

  /** What a plugin's `attempt` gets. */
  context(): AttemptContext {
    const attempt = this;
    return Object.freeze<AttemptContext>({
      id: this.id,
      exchange: contextOf(this.exchange),
      target: this.target.target,
      kind: this.kind,
      set: (path, value) => void attempt.edits.push({ path, value }),
      tap: (observer) => void attempt.taps.push(observer),
      onSettled(listener) {
        if (attempt.#end === undefined) attempt.#listeners.push(listener);
        else attempt.#notify(listener, attempt.#end);
      },
    });
  }

  #notify(listener: (end: AttemptEnd) => void | Promise<void>, end: AttemptEnd): void {
    this.exchange.track(
      (async () => listener(end))().catch((error: unknown) =>
        this.exchange.logger.log('error', 'A listener of an attempt failed.', { attempt: this.id, ...errorFields(error) }),
      ),
    );
  }
}
