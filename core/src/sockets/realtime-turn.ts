import { Readable } from 'node:stream';
import type { Dialect } from '../dialects/dialect.ts';
import { realtimeErrorEvent } from '../dialects/openai-realtime/openai-realtime.ts';
import { realtimeUsage } from '../dialects/openai-realtime/usage.ts';
import { type GatewayError, gatewayError } from '../errors.ts';
import type { ExchangeParts } from '../exchange.ts';
import type { HandoffDialect } from '../handoff/dialect.ts';
import { type CarriedRequest, HandoffExchange } from '../handoff/exchange.ts';
import type { Carried } from '../handoff/handoff.ts';
import type { JsonObject } from '../model/json.ts';
import type { Target } from '../model/target.ts';
import type { Usage } from '../model/usage.ts';
import { FrameInbound, type OpenedBy } from './frame-inbound.ts';
import { TurnOutbound } from './turn-outbound.ts';

export interface RealtimeTurnOptions {
  readonly parts: ExchangeParts;
  readonly dialect: Dialect;
  readonly by: OpenedBy;
  readonly target: Target;
  /** As the client named it. */
  readonly model: string;
  readonly totalMs: number;
  /** Bytes of the client's `response.create`; 0 for an answer that the server began by itself, hearing a pause. */
  readonly bytes: number;
  /** Of the `response.create`. */
  readonly eventId: string | undefined;
  /** Every hook let it through. */
  readonly onAllowed: () => void;
  /** Nobody wants the answer any more; it may be under way. */
  readonly onGivenUp: () => void;
  readonly tell: (event: string) => void;
}

/**
 * One answer of a Realtime session, as an exchange: whoever may refuse or count is asked before it begins, and its usage is
 * read from `response.done`. Its events pass by in the session, in their order and unread; the exchange's own body is empty
 * and ends with the answer.
 */
export class RealtimeTurn {
  readonly exchange: HandoffExchange;
  readonly outbound: TurnOutbound;
  /** Once the server began it. */
  responseId: string | undefined = undefined;
  readonly #body = new Readable({ read: () => this.#read() });
  readonly #options: RealtimeTurnOptions;
  #usage: Usage | undefined = undefined;
  #begin: (() => void) | undefined = undefined;
  #fail: ((error: GatewayError) => void) | undefined = undefined;
  #taken = false;
  #broken: GatewayError | undefined = undefined;
  #over = false;

  constructor(options: RealtimeTurnOptions) {
    const { parts, by, bytes, tell } = options;
    this.#options = options;
    this.exchange = new HandoffExchange(parts, new FrameInbound('GET', by, Buffer.alloc(0)), this.#dialect(), eventOf(bytes));
    this.outbound = new TurnOutbound(tell);
    this.#body.on('error', () => {}); // whoever reads it is told
  }

  get eventId(): string | undefined {
    return this.#options.eventId;
  }

  /** The server began the answer. */
  begun(responseId: string): void {
    this.responseId = responseId;
    this.#begin?.();
  }

  /** The server's last word on it, which the client got. */
  done(response: JsonObject): void {
    this.#usage = realtimeUsage(response);
    this.#over = true;
    if (response.status === 'failed') {
      this.outbound.mute();
      this.#break(gatewayError('GW_UPSTREAM_STREAM_ERROR'));
    } else this.#body.push(null);
  }

  /** The server refused it, in words that the client got. */
  refused(): void {
    this.outbound.mute();
    this.failed(gatewayError('GW_UPSTREAM_REFUSED', { details: { status: 400 } }));
  }

  /** It cannot go on. */
  failed(error: GatewayError): void {
    if (this.#over) return;
    this.#over = true;
    this.#fail?.(error);
    this.#break(error);
  }

  /** The exchange is over, whatever ended it. */
  ended(): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.onGivenUp();
  }

  #read(): void {
    this.#taken = true;
    if (this.#broken !== undefined) this.#body.destroy(this.#broken);
  }

  /** Not before somebody takes the body: an answer may begin and end in one breath, and who comes later would not hear why. */
  #break(error: GatewayError): void {
    this.#broken = error;
    if (this.#taken) this.#body.destroy(error);
  }

  #dialect(): HandoffDialect {
    const { dialect, target, model, totalMs, eventId } = this.#options;
    return {
      ...dialect,
      errorBody: (error, id) => realtimeErrorEvent(error, id, eventId),
      handoff: {
        name: dialect.id,
        routes: [],
        model,
        timeouts: { idleMs: totalMs, totalMs }, // its events pass by in the session: here there is only its end
        target: () => target,
        carry: () => this.#carry(),
      },
    };
  }

  #carry(): Promise<Carried> {
    return new Promise((resolve, reject) => {
      const carried = { status: 200, headers: {}, body: this.#body, usage: () => this.#usage };
      this.#begin = () => resolve(carried);
      this.#fail = reject;
      this.#options.onAllowed();
      if (this.responseId !== undefined || this.#over) resolve(carried);
    });
  }
}

/** A `response.create` as the body of a request: it is here whole. */
function eventOf(bytes: number): CarriedRequest {
  return { present: bytes > 0, length: bytes, received: bytes, awaited: false, onPiece: undefined, open: async () => {}, release() {} };
}
