import type { AttemptContext, AttemptEnd } from '../context.ts';
import type { GatewayError } from '../errors.ts';
import type { AttemptOutcome, AttemptRecord } from '../model/response.ts';
import type { Target } from '../model/target.ts';
import type { Usage } from '../model/usage.ts';
import { contextOf } from '../plugin-context.ts';
import { errorFields } from '../services/logger.ts';
import type { HandoffExchange } from './exchange.ts';

type EndListener = (end: AttemptEnd) => void | Promise<void>;

/** The one try of a handoff. Ends exactly once, whatever ends it. */
export class HandoffAttempt {
  readonly exchange: HandoffExchange;
  readonly target: Target;
  readonly id: string;
  status: number | undefined = undefined;
  readonly #startedAt: number;
  #listeners: EndListener[] = [];
  #end: AttemptRecord | undefined = undefined;

  constructor(exchange: HandoffExchange, target: Target) {
    this.exchange = exchange;
    this.target = target;
    exchange.attemptCount += 1;
    this.id = `${exchange.id}.${exchange.attemptCount}`;
    this.#startedAt = exchange.clock.monotonic();
  }

  /** Later calls do nothing. */
  settle(outcome: AttemptOutcome, usage: Usage | undefined, error?: GatewayError): void {
    if (this.#end !== undefined) return;
    const { id, target, status, exchange } = this;
    const durationMs = exchange.clock.monotonic() - this.#startedAt;
    const end = Object.freeze({
      id,
      target,
      kind: 'first',
      status,
      outcome,
      sent: outcome !== 'skipped',
      error: error?.code,
      usage,
      durationMs,
      dropped: [],
    } as const);
    this.#end = end;
    exchange.attempts.push(end);
    for (const listener of this.#listeners) this.#notify(listener, end);
    this.#listeners = [];
  }

  /** What a plugin's `attempt` gets. */
  context(): AttemptContext {
    const attempt = this;
    return Object.freeze<AttemptContext>({
      id: this.id,
      exchange: contextOf(this.exchange),
      target: this.target,
      kind: 'first',
      byteLength: () => attempt.exchange.call?.byteLength ?? 0,
      answerLimit: () => undefined,
      limitAnswer() {
        throw new TypeError(`attempt.limitAnswer: ${attempt.exchange.dialect.id} carries its requests unread`);
      },
      set() {
        throw new TypeError(`attempt.set: ${attempt.exchange.dialect.id} carries its requests unread; look at exchange.call.opaque first`);
      },
      tap() {}, // there are no events
      onSettled(listener) {
        if (attempt.#end === undefined) attempt.#listeners.push(listener);
        else attempt.#notify(listener, attempt.#end);
      },
    });
  }

  #notify(listener: EndListener, end: AttemptEnd): void {
    const { exchange } = this;
    exchange.track(
      (async () => listener(end))().catch((error: unknown) =>
        exchange.logger.log('error', 'A listener of an attempt failed.', { attempt: this.id, ...errorFields(error) }),
      ),
    );
  }
}
