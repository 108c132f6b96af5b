import type { AttemptContext, AttemptEnd, EventObserver } from '../context.ts';
import type { GatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { JsonEdit } from '../model/json.ts';
import type { AttemptKind, AttemptOutcome, AttemptRecord } from '../model/response.ts';
import type { Target } from '../model/target.ts';
import type { Usage } from '../model/usage.ts';
import { contextOf } from '../plugin-context.ts';
import type { Credential } from '../providers/provider.ts';
import { errorFields } from '../services/logger.ts';
import { isPromiseLike } from '../within.ts';
import { attemptAnswerLimit, attemptByteLength } from './attempt-body.ts';
import type { ResolvedTarget } from './router.ts';
import type { Scope } from './scope.ts';
import type { TranslatedRequest } from './translated-request.ts';

/** One try, before it has become an attempt. */
export interface Try {
  readonly exchange: Exchange;
  readonly target: ResolvedTarget;
  readonly kind: AttemptKind;
  readonly credential: Credential;
  readonly translated: TranslatedRequest | undefined;
  /** Ends it when it ends: the exchange, or one of several ways at once. */
  readonly scope: Scope;
  /** Sets values in its body from the start. */
  readonly edits?: readonly JsonEdit[] | undefined;
  /** Limits of time that hold for this try alone. */
  readonly limits?: AttemptLimits | undefined;
  /** Hears of each attempt that the try becomes. */
  readonly watch?: AttemptWatch | undefined;
}

/** Milliseconds. */
export interface AttemptLimits {
  /** To the first content of a stream. */
  readonly firstTokenMs: number;
  /** Without a byte. */
  readonly silenceMs: number;
}

export interface AttemptWatch {
  begun(): void;
  /** Once for each that began. */
  ended(completed: boolean, error: GatewayError | undefined): void;
}

/** One try at one target. Ends exactly once, whatever ends it. */
export class Attempt {
  readonly exchange: Exchange;
  readonly target: ResolvedTarget;
  readonly kind: AttemptKind;
  readonly id: string;
  status: number | undefined = undefined;
  /** What knows whether its target may have the request, while it is under way: a closure over it would keep all of it for longer. */
  sending: { readonly isSent: boolean } | undefined = undefined;
  /** Content has come. */
  answering = false;
  /** Sets values in the body of this attempt only. */
  readonly edits: JsonEdit[];
  readonly taps: EventObserver[] = [];
  readonly credential: Credential;
  /** The call in the target's words; `undefined` where they are the client's. */
  readonly translated: TranslatedRequest | undefined;
  /** Fields of the client's that do not reach the target. */
  readonly dropped: string[];
  /** What a credential made for this attempt: nobody else may read it. */
  readonly shown: string[] = [];
  readonly scope: Scope;
  readonly limits: AttemptLimits | undefined;

  readonly #watch: AttemptWatch | undefined;
  readonly #startedAt: number;
  #listeners: ((end: AttemptEnd) => void | Promise<void>)[] = [];
  #end: AttemptEnd | undefined = undefined;

  constructor({ exchange, target, kind, credential, translated, scope, edits = [], limits, watch }: Try) {
    this.exchange = exchange;
    this.target = target;
    this.kind = kind;
    this.credential = credential;
    this.translated = translated;
    this.scope = scope;
    this.edits = [...edits];
    this.limits = limits;
    this.#watch = watch;
    this.dropped = [...(exchange.call?.adopted ?? []), ...(translated?.dropped ?? [])];
    exchange.attemptCount += 1;
    this.id = `${exchange.id}.${exchange.attemptCount}`;
    this.#startedAt = exchange.clock.monotonic();
    watch?.begun();
  }

  /** Milliseconds since it began. */
  get elapsedMs(): number {
    return this.exchange.clock.monotonic() - this.#startedAt;
  }

  /** Ends the attempt; later calls do nothing. */
  settle(outcome: AttemptOutcome, usage: () => Usage | undefined, error?: GatewayError): void {
    if (this.#end !== undefined) return;
    const durationMs = this.elapsedMs;
    const end = new SettledAttempt(this, outcome, error, usage, durationMs);
    this.#end = end;
    this.sending = undefined;
    this.exchange.attempts.push(end);
    this.#watch?.ended(outcome === 'completed', error);
    for (const listener of this.#listeners) this.#notify(listener, end);
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
      byteLength: () => attemptByteLength(attempt),
      answerLimit() {
        const limit = attemptAnswerLimit(attempt);
        return limit && { tokens: limit.tokens, answers: limit.answers };
      },
      limitAnswer(tokens) {
        if (!Number.isSafeInteger(tokens) || tokens < 1)
          throw new TypeError(`attempt.limitAnswer: expected an integer of at least 1, received ${tokens}`);
        const limit = attemptAnswerLimit(attempt);
        if (limit === undefined)
          throw new TypeError(`attempt.limitAnswer: how long answers of ${attempt.target.dialect.id} may be is not known`);
        attempt.edits.push(...limit.lowered(tokens));
      },
      tap: (observer) => void attempt.taps.push(observer),
      onSettled(listener) {
        if (attempt.#end === undefined) attempt.#listeners.push(listener);
        else attempt.#notify(listener, attempt.#end);
      },
    });
  }

  #notify(listener: (end: AttemptEnd) => void | Promise<void>, end: AttemptEnd): void {
    const failed = (error: unknown): void =>
      this.exchange.logger.log('error', 'A listener of an attempt failed.', { attempt: this.id, ...errorFields(error) });
    try {
      const result: unknown = listener(end);
      if (isPromiseLike(result)) this.exchange.track(Promise.resolve(result).then(() => {}, failed));
    } catch (error) {
      failed(error);
    }
  }
}

const nothing: readonly string[] = Object.freeze([]);

/**
 * What is left of an attempt. A class, for V8 gives every object with a getter of its own a hidden class of its own, and
 * that keeps all the getter can reach, the whole exchange, until the next full collection.
 */
class SettledAttempt implements AttemptRecord {
  readonly id: string;
  readonly target: Target;
  readonly kind: AttemptKind;
  readonly status: number | undefined;
  readonly outcome: AttemptOutcome;
  readonly sent: boolean;
  readonly error: string | undefined;
  readonly durationMs: number;
  readonly dropped: readonly string[];
  readonly #usage: () => Usage | undefined;

  constructor(
    { id, target, kind, status, sending, dropped }: Attempt,
    outcome: AttemptOutcome,
    error: GatewayError | undefined,
    usage: () => Usage | undefined,
    durationMs: number,
  ) {
    this.id = id;
    this.target = target.target;
    this.kind = kind;
    this.status = status;
    this.outcome = outcome;
    this.sent = sending?.isSent === true;
    this.error = error?.code;
    this.durationMs = durationMs;
    this.dropped = dropped.length === 0 ? nothing : Object.freeze(dropped);
    this.#usage = usage;
    Object.freeze(this);
  }

  /** Reading usage parses the answer: only for who asks. */
  get usage(): Usage | undefined {
    return this.#usage();
  }
}
