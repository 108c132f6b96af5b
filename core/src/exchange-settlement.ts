import type { GatewayError } from './errors.ts';
import type { AttemptRecord, GatewayResponse, ResponseSource } from './model/response.ts';
import type { Settlement } from './model/settlement.ts';
import type { Target } from './model/target.ts';
import type { Usage } from './model/usage.ts';

/** What a settlement is made from. */
export interface SettledExchange {
  readonly id: string;
  readonly inbound: { readonly method: string; readonly path: string };
  readonly dialect: { readonly id: string };
  readonly call: { readonly model: string } | undefined;
  readonly response: GatewayResponse | undefined;
  readonly error: GatewayError | undefined;
  readonly aborted: GatewayError | undefined;
  readonly attempts: readonly AttemptRecord[];
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly statusSent: number | undefined;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly firstContentAt: number | undefined;
  readonly usage: Usage | undefined;
  readonly finishReason: string | undefined;
}

/** The settlement as a view over its exchange, fixed at its end: what needs parsing is parsed for who asks. */
export class ExchangeSettlement implements Settlement {
  readonly id: string;
  readonly outcome: Settlement['outcome'];
  readonly method: string;
  readonly path: string;
  readonly dialect: string;
  readonly model: string | undefined;
  readonly target: Target | undefined;
  readonly source: ResponseSource | undefined;
  readonly status: number;
  readonly error: string | undefined;
  readonly streamed: boolean;
  readonly attempts: readonly AttemptRecord[];
  readonly durationMs: number;
  readonly timeToFirstEventMs: number | undefined;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly #exchange: SettledExchange;

  constructor(exchange: SettledExchange, delivered: boolean) {
    const { response, call, aborted, error, startedAt, firstContentAt } = exchange;
    // A whole answer counts by the status that its client got; one that broke off by what broke it.
    const failed = delivered ? (exchange.statusSent ?? 0) >= 500 : error !== undefined && error.status !== 499;
    this.#exchange = exchange;
    this.id = exchange.id;
    this.outcome = failed ? 'failed' : delivered ? 'completed' : 'aborted';
    this.method = exchange.inbound.method;
    this.path = exchange.inbound.path;
    this.dialect = exchange.dialect.id;
    this.model = call?.model;
    this.target = response?.target;
    this.source = response?.source;
    this.status = exchange.statusSent ?? 499;
    this.error = error?.code ?? (delivered ? undefined : (aborted?.code ?? 'GW_CLIENT_CLOSED'));
    this.streamed = response?.body.kind === 'stream';
    this.attempts = Object.freeze([...exchange.attempts]);
    this.durationMs = exchange.endedAt - startedAt;
    this.timeToFirstEventMs = firstContentAt === undefined ? undefined : firstContentAt - startedAt;
    this.bytesIn = exchange.bytesIn;
    this.bytesOut = exchange.bytesOut;
    Object.freeze(this); // every listener gets it: the books are not for one of them to change
  }

  get usage(): Usage | undefined {
    return this.#exchange.usage;
  }

  get finishReason(): string | undefined {
    return this.#exchange.finishReason;
  }
}
