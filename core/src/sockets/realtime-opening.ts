import type { Dialect } from '../dialects/dialect.ts';
import { openaiResponses } from '../dialects/openai-responses/openai-responses.ts';
import { GatewayError, gatewayError } from '../errors.ts';
import { OpaqueCall } from '../handoff/opaque-call.ts';
import { isRefusedDial, type SocketEngine } from '../http/socket-engine.ts';
import type { GatewayResponse } from '../model/response.ts';
import type { Target } from '../model/target.ts';
import { checkModel } from '../permitted-models.ts';
import type { Credential } from '../providers/provider.ts';
import { checkedHeaders } from '../providers/provider-headers.ts';
import type { CredentialPools } from '../upstream/credential-pools.ts';
import { clientHeaders, requestHeaders } from '../upstream/headers.ts';
import type { Router, SocketTarget } from '../upstream/router.ts';
import { refusal } from '../upstream/upstream-errors.ts';
import { openedBy } from './frame-inbound.ts';
import { handshakeHeaders } from './handshake-headers.ts';
import { closeCodes, type MessageSocket } from './message-socket.ts';
import type { BeforeRoute, Opening, OpeningExchange, SessionHooks } from './opening.ts';
import { RealtimeSession } from './realtime-session.ts';
import type { Session } from './session.ts';

export interface RealtimeOpeningOptions {
  readonly engine: SocketEngine;
  readonly router: Router;
  readonly credentials: CredentialPools;
  readonly dialect: Dialect;
  readonly connectMs: number;
  readonly totalMs: number;
  /** Bytes of one message. */
  readonly maxBytes: number;
  readonly maxQueued: number;
  readonly maxQueuedLength: number;
  /** Plugins that cannot police what passes unread, and that the operator did not except. */
  readonly unpoliced: readonly string[];
}

interface Dialled {
  readonly socket: MessageSocket;
  readonly at: SocketTarget;
}

/** Opens a Realtime session: first the upstream's, along the model's targets, so that the client hears at once of one that is not there. */
export class RealtimeOpening implements Opening {
  readonly #options: RealtimeOpeningOptions;
  #model = '';
  #dialled: Dialled | undefined = undefined;

  constructor(options: RealtimeOpeningOptions) {
    this.#options = options;
  }

  async prepare(exchange: OpeningExchange, beforeRoute: BeforeRoute): Promise<GatewayResponse | undefined> {
    const { unpoliced, router, dialect } = this.#options;
    if (unpoliced.length > 0) throw gatewayError('GW_UNPOLICED', { details: { plugins: unpoliced.join(', ') } });
    this.#model = modelOf(exchange.inbound.query);
    checkModel(exchange, this.#model);
    const served = router.socketTargets(this.#model, dialect.id);
    exchange.opaqueCall = new OpaqueCall(dialect.id, 0, this.#model);
    exchange.targets = Object.freeze(served.map(({ target }) => target));
    const answered = await beforeRoute(); // where it may go is asked before anything is opened
    if (answered !== undefined) return answered;
    if (exchange.stopped !== undefined) throw exchange.stopped;
    this.#dialled = await this.#first(stillWanted(served, exchange.targets), exchange);
    if (exchange.stopped === undefined) return undefined;
    this.abandon();
    throw exchange.stopped;
  }

  begin(client: MessageSocket, { parts, inbound }: OpeningExchange, hooks: SessionHooks): Session {
    const { dialect, totalMs, maxQueued, maxQueuedLength } = this.#options;
    const { socket, at } = this.#dialled as Dialled;
    this.#dialled = undefined;
    const what = { parts, dialect, by: openedBy(inbound), target: at.target, model: this.#model };
    return new RealtimeSession(client, socket, { ...what, totalMs, maxQueued, maxQueuedLength, ...hooks });
  }

  abandon(): void {
    this.#dialled?.socket.close(closeCodes.normal, '');
    this.#dialled = undefined;
  }

  /** The first target that lets us in; its own refusal of what the client asked ends the search. */
  async #first(targets: readonly SocketTarget[], exchange: OpeningExchange): Promise<Dialled> {
    let last: GatewayError = gatewayError('GW_UPSTREAM_UNREACHABLE');
    for (const at of targets) {
      const pool = this.#options.credentials.of(at.provider);
      const tried = new Set<Credential>();
      while (tried.size < pool.size) {
        const credential = pool.pick(tried);
        tried.add(credential);
        try {
          return { at, socket: await this.#dial(at, credential, exchange) };
        } catch (error) {
          if (!(error instanceof GatewayError) || error.code === 'GW_UPSTREAM_REFUSED' || exchange.stopped !== undefined) throw error;
          last = error;
          if (error.code !== 'GW_UPSTREAM_AUTH' && error.code !== 'GW_UPSTREAM_RATE_LIMITED') break;
        }
      }
    }
    throw last;
  }

  async #dial(at: SocketTarget, credential: Credential, exchange: OpeningExchange): Promise<MessageSocket> {
    const { engine, connectMs, maxBytes } = this.#options;
    const { provider, path, target } = at;
    const leaving = new AbortController();
    const stopWatching = exchange.onAbort((reason) => leaving.abort(reason));
    try {
      const headers = await this.#headers(at, credential, exchange, leaving.signal);
      const dialled = await engine.dial({ origin: provider.origin, path, headers, maxBytes, connectMs, signal: leaving.signal });
      if (!isRefusedDial(dialled)) return dialled;
      const { status } = dialled;
      if (status < 400) throw gatewayError('GW_UPSTREAM_BAD_RESPONSE', { details: { what: `no WebSocket (status ${status})` } });
      throw refusal(status, dialled.headers, dialled.body, { target, provider, dialect: openaiResponses });
    } catch (cause) {
      if (exchange.stopped !== undefined) throw exchange.stopped;
      throw cause instanceof GatewayError ? cause : gatewayError('GW_UPSTREAM_UNREACHABLE', { cause });
    } finally {
      stopWatching();
    }
  }

  async #headers(
    { provider, path }: SocketTarget,
    { headers: shown, authorize }: Credential,
    exchange: OpeningExchange,
    signal: AbortSignal,
  ): Promise<(readonly [string, string])[]> {
    const passed = clientHeaders(passedOn, exchange.inbound.headers);
    const headers = handshakeHeaders(requestHeaders(provider, this.#options.dialect.id, passed, '*/*'));
    for (const { name, value } of shown) headers.push([name, value.reveal()]);
    if (authorize === undefined) return headers;
    const made = await authorize({ method: 'GET', origin: provider.origin, path, headers, body: '', signal });
    return [...headers, ...checkedHeaders(made)];
  }
}

/** In the plugins' order, and without what they took out. */
function stillWanted(served: readonly SocketTarget[], targets: readonly Target[]): readonly SocketTarget[] {
  const wanted = targets.flatMap(({ id }) => served.find(({ target }) => target.id === id) ?? []);
  if (wanted.length > 0) return wanted;
  const model = JSON.stringify(served[0]?.target.id);
  throw gatewayError('GW_NO_TARGET', { details: { model, reasons: 'every candidate was filtered out' } });
}

/** What a client may say to the provider beside its events. */
const passedOn = ['openai-beta', 'openai-safety-identifier'];

/** The model stands in the address. Sessions without one (a call's, a transcription's) would not be bound to any. */
function modelOf(query: string): string {
  const models = new URLSearchParams(query).getAll('model');
  const [model] = models;
  if (models.length === 1 && model !== undefined && model !== '') return model;
  const received = models.length > 1 ? 'several' : 'none';
  throw gatewayError('GW_BAD_REQUEST', { details: { field: 'model', expected: 'one in the query (?model=…)', received }, param: 'model' });
}
