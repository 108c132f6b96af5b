import type { ExchangeContext } from '../context.ts';
import { GatewayError, gatewayError } from '../errors.ts';
import { ClientBody } from '../http/client-body.ts';
import type { Proxied, ProxyMiddleware, ProxyRequest } from '../http/proxied.ts';
import { ProxyRun } from '../http/proxy-run.ts';
import type { GatewayResponse } from '../model/response.ts';
import type { Target } from '../model/target.ts';
import type { Usage } from '../model/usage.ts';
import { contextOf } from '../plugin-context.ts';
import type { HandoffAttempt } from './attempt.ts';
import { CarriedBody } from './carried-body.ts';
import { HandoffDeadline, type Turn } from './deadline.ts';
import type { HandoffExchange, UnderWay } from './exchange.ts';
import type { Carried, HandoffTimeouts, Transfer } from './handoff.ts';

/** One request through a handoff: holds what runs for it, and ends all of it at once. */
export class HandoffTransfer implements Transfer, UnderWay {
  readonly target: Target;
  readonly rest: string | undefined;
  readonly #attempt: HandoffAttempt;
  readonly #exchange: HandoffExchange;
  readonly #timeouts: HandoffTimeouts;
  readonly #deadline: HandoffDeadline;
  readonly #stopWatching: () => void;
  #scope: AbortController | undefined = undefined;
  #run: ProxyRun | undefined = undefined;
  #carried: Carried | undefined = undefined;
  #body: CarriedBody | undefined = undefined;
  #fail: ((error: Error) => void) | undefined = undefined;
  #error: Error | undefined = undefined;
  #over = false;

  constructor(attempt: HandoffAttempt, rest: string | undefined, timeouts: HandoffTimeouts) {
    const { exchange } = attempt;
    this.target = attempt.target;
    this.rest = rest;
    this.#attempt = attempt;
    this.#exchange = exchange;
    this.#timeouts = timeouts;
    this.#deadline = new HandoffDeadline(
      exchange.clock,
      timeouts,
      () => this.#turn(),
      (error) => this.abort(error),
    );
    exchange.client.onPiece = () => this.#deadline.byte();
    this.#stopWatching = exchange.onAbort((reason) => this.abort(reason));
  }

  get context(): ExchangeContext {
    return contextOf(this.#exchange);
  }

  get method(): string {
    return this.#exchange.inbound.method;
  }

  get path(): string {
    return this.#exchange.inbound.path;
  }

  get query(): string {
    return this.#exchange.inbound.query;
  }

  get hasBody(): boolean {
    return this.#exchange.client.present;
  }

  get signal(): AbortSignal {
    this.#scope ??= new AbortController();
    if (this.#over) this.#scope.abort(this.#error);
    return this.#scope.signal;
  }

  async through(proxy: ProxyMiddleware, request: ProxyRequest): Promise<Proxied> {
    if (this.#over) throw this.#error ?? gatewayError('GW_CLIENT_CLOSED');
    const { client, clock } = this.#exchange;
    if (this.#run !== undefined && client.present) throw new TypeError('through: a body goes by once; it cannot be sent again');
    const body = client.present && client instanceof ClientBody ? client : undefined;
    const run = new ProxyRun(proxy, framed(request, body), body, {
      clock,
      connectMs: this.#timeouts.connectMs,
      onBroken: (error) => this.abort(error),
    });
    this.#run = run;
    const answer = await run.answered;
    this.#attempt.status = answer.status;
    this.#deadline.answering();
    return answer;
  }

  /** What the handoff answers; rejects at once when the transfer ends, whatever the handoff still does. */
  carry(): Promise<GatewayResponse> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      if (this.#error !== undefined) reject(this.#error);
      else this.#exchange.dialect.handoff.carry(this).then((carried) => resolve(this.#answer(carried)), reject);
    });
  }

  usage(): Usage | undefined {
    return this.#carried?.usage?.();
  }

  release(): void {
    this.abort(this.#exchange.aborted ?? gatewayError('GW_CLIENT_CLOSED'));
  }

  /** Ends it: the upstream's connection, the wait, the attempt. Does nothing once it is over. */
  abort(error: Error): void {
    if (this.#over) return;
    this.#error = error;
    this.#end(error);
    this.#run?.abort(error);
    this.#body?.abort(error);
    this.#fail?.(error);
    this.#scope?.abort(error);
  }

  #answer(carried: Carried): GatewayResponse {
    const { status, headers, contentType, contentLength, body } = carried;
    this.#carried = carried;
    const watched = new CarriedBody(body, contentType, contentLength, {
      piece: () => this.#deadline.byte(),
      over: (error) => {
        if (error === undefined) this.#run?.end();
        else this.#run?.abort(error);
        this.#end(error);
      },
    });
    this.#body = watched;
    if (this.#error !== undefined) watched.abort(this.#error);
    return { status, headers, source: 'upstream', target: this.target, body: watched };
  }

  #end(error: Error | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#error ??= error;
    this.#deadline.cancel();
    this.#stopWatching();
    const left = this.#exchange.aborted !== undefined || (error instanceof GatewayError && error.code === 'GW_CLIENT_CLOSED');
    const told = error === undefined || error instanceof GatewayError ? error : gatewayError('GW_INTERNAL', { cause: error });
    this.#attempt.settle(error === undefined ? 'completed' : left ? 'aborted' : 'failed', this.usage(), told);
  }

  #turn(): Turn {
    if (this.#exchange.client.awaited) return 'client';
    return this.#body?.paused ? 'nobody' : 'upstream';
  }
}

/** Framing is the gateway's: exactly one of the two, whatever the client or the handoff said. */
function framed(request: ProxyRequest, body: { readonly length: number | undefined } | undefined): ProxyRequest {
  const { 'content-length': _length, 'transfer-encoding': _encoding, ...headers } = request.headers;
  if (body === undefined)
    return { ...request, headers: request.method === 'GET' || request.method === 'HEAD' ? headers : { ...headers, 'content-length': '0' } };
  const { length } = body;
  return {
    ...request,
    headers: { ...headers, ...(length === undefined ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(length) }) },
  };
}
