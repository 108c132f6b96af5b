import type { GatewayError } from './errors.ts';
import type { Call, DialectId, TextScope } from './model/call.ts';
import type { StreamEvent } from './model/events.ts';
import type { RequestHeaders } from './model/headers.ts';
import type { JsonValue } from './model/json.ts';
import type { AttemptKind, AttemptOutcome, AttemptRecord, GatewayResponse } from './model/response.ts';
import type { Settlement } from './model/settlement.ts';
import type { Target } from './model/target.ts';
import type { Usage } from './model/usage.ts';
import type { Slot } from './slot.ts';

/**
 * One object goes through all hooks of an exchange; its type narrows by phase, so that the compiler asks for exactly
 * what is known then. No hook is ever given Express's `res`, another plugin, or the container.
 */
export interface ExchangeContext {
  /** Unique id of the exchange; the client gets it as `x-request-id`. */
  readonly id: string;
  readonly method: string;
  /** Path below the gateway's mount, e.g. `/v1/chat/completions`; without query. */
  readonly path: string;
  /** The raw query, without `?`. */
  readonly query: string;
  /** The client's headers, lower-case names. They hold the caller's credential: do not log them whole. */
  readonly headers: RequestHeaders;
  /** The peer's address as Express sees it (its `trust proxy` setting applies). */
  readonly ip: string | undefined;
  readonly dialect: DialectId;
  /** The exchange whose plugin asked for this one (see the `Models` service); `undefined` for a client's own. */
  readonly parent: string | undefined;
  /**
   * Aborts when the client leaves or the running hook exceeds its time limit. Made on first use; hand it to everything
   * that waits.
   */
  readonly signal: AbortSignal;
  /** Milliseconds since the request arrived. */
  elapsed(): number;
  /** The value of a slot, or `undefined`. */
  get<T>(slot: Slot<T>): T | undefined;
  /** Sets a slot. Throws for a `once` slot that is already set, or for a value of it that is no plain data. */
  set<T>(slot: Slot<T>, value: T): void;
  /** Sets a header of the answer, whoever will answer. */
  setHeader(name: string, value: string): void;
  /**
   * Runs `listener` when the exchange is over, whatever way it ended: once, after the answer finished or broke off.
   * Registered late, it runs at once. Errors are logged; `gateway.close()` waits for it.
   */
  onSettled(listener: (settlement: Settlement) => void | Promise<void>): void;
  /** Looks at the events that go to the client, without wrapping the stream: raw pass-through survives. */
  tap(observer: EventObserver): void;
}

export type EventObserver = (event: StreamEvent) => void;

/** Known in `onRequest`: the head of the request. No byte of the body was read. */
export interface RequestContext extends ExchangeContext {
  /** Refuses: the same as throwing the error, as a value. */
  answer(answer: ErrorAnswer): GatewayResponse;
}

/** Known in `beforeRoute`: the call. No upstream was chosen. */
export interface RoutingContext extends ExchangeContext {
  readonly call: Call;
  /** Where the call may go, best first. Assign a filtered, reordered or extended list; `resolveTarget` makes new ones. */
  targets: readonly Target[];
  /** The targets of an alias, or of `provider/model`; empty when unknown. */
  resolveTarget(name: string): readonly Target[];
  /** Answers in the client's dialect, in the mode (stream or not) the client asked for. */
  answer(answer: Answer): GatewayResponse;
}

/** Known in `afterResponse`: the response, of which nothing was sent. Whoever answered, every plugin gets here. */
export interface ResponseContext extends ExchangeContext {
  /** `undefined` when the exchange was answered before its body was read. */
  readonly call: Call | undefined;
  readonly response: GatewayResponse;
  readonly attempts: readonly AttemptRecord[];
  /** A response to return instead of this one. */
  answer(answer: Answer): GatewayResponse;
  /**
   * The response with its texts edited, streamed or not: each text gets an editor of its own, fed piece by piece in
   * order and ended once. What an editor holds back must be bounded by itself. JSON-in-a-string (tool arguments) is
   * edited inside its string values.
   */
  mapTexts(editor: (text: { readonly scope: TextScope; readonly channel: string }) => TextEditor): GatewayResponse;
}

/** Edits one text that arrives in pieces. */
export interface TextEditor {
  /** Takes the next piece, returns what may go out now. */
  push(piece: string): string;
  /** The text is over: returns what is still held. */
  end(): string;
}

export type Answer = ErrorAnswer | TextAnswer | JsonAnswer;

export interface ErrorAnswer {
  readonly error: GatewayError;
}

export interface TextAnswer {
  readonly text: string;
  readonly usage?: Usage;
}

export interface JsonAnswer {
  /** A whole answer in the client's dialect; only for clients that did not ask for a stream. */
  readonly json: JsonValue;
}

/** Given to a plugin's `attempt`, after the target was chosen and before the request goes out. */
export interface AttemptContext {
  readonly id: string;
  readonly exchange: ExchangeContext & { readonly call: Call };
  readonly target: Target;
  readonly kind: AttemptKind;
  /**
   * Bytes of the request's body in the target's words. A byte-level tokenizer makes no more tokens of the texts in it: JSON only
   * makes a text longer. What images and sounds cost, and what a
   * provider adds, is not in that.
   */
  byteLength(): number;
  /** How long answers may be as this attempt asks for them; `undefined` where nobody knows, as for what passes unread. */
  answerLimit(): AnswerBound | undefined;
  /** Lets no answer have more tokens than this, in the target's own words; a lower limit stays. Throws where `answerLimit()` is unknown. */
  limitAnswer(tokens: number): void;
  /** Sets a value in the body of this attempt only, e.g. `['max_tokens']`. */
  set(path: readonly (string | number)[], value: JsonValue): void;
  /** Looks at the upstream's events as they arrive, before anybody wraps them. */
  tap(observer: EventObserver): void;
  /** Runs once when this attempt ends, independent of the client and of the exchange. */
  onSettled(listener: (end: AttemptEnd) => void | Promise<void>): void;
}

export interface AnswerBound {
  /** Tokens of one answer, reasoning included; `undefined` where the request sets none. */
  readonly tokens: number | undefined;
  /** How many answers are asked for; 0 where they are no texts (embeddings). */
  readonly answers: number;
}

export interface AttemptEnd {
  readonly outcome: AttemptOutcome;
  /** Whether the target may have got the request: what was never sent cost nothing. */
  readonly sent: boolean;
  /** The upstream's status; `undefined` when no response head arrived. */
  readonly status: number | undefined;
  /** The code of what went wrong. */
  readonly error: string | undefined;
  readonly durationMs: number;
  readonly usage: Usage | undefined;
}

/** Thrown by a plugin's `attempt`: not this target, try the next. */
export class SkipTarget extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'SkipTarget';
  }
}
