import { isRefusedDial, type SocketEngine } from '../http/socket-engine.ts';
import type { Credential } from '../providers/provider.ts';
import type { Carrier, KeptPlace, RequestOpener } from '../upstream/carrier.ts';
import type { ResolvedTarget } from '../upstream/router.ts';
import type { UpstreamConnection, UpstreamListener, UpstreamRequest } from '../upstream/transport.ts';
import { handshakeHeaders } from './handshake-headers.ts';
import { LaneRequest } from './lane-request.ts';
import { closeCodes, type MessageSocket } from './message-socket.ts';

export interface LaneOptions {
  readonly engine: SocketEngine;
  /** For upstreams that turn out to have no WebSockets. */
  readonly transport: RequestOpener;
  readonly connectMs: number;
  /** Bytes of one message. */
  readonly maxBytes: number;
}

/** Answers of which it is remembered where they lie. */
const maxKept = 256;

/** What a server says that has no such WebSocket, or whose proxy does not let it through; or it answers as if nobody had asked for one. */
const noSockets: ReadonlySet<number> = new Set([200, 400, 404, 405, 426, 501]);

/**
 * One client connection's WebSockets to upstreams that speak Responses: one each, opened when it is first needed, and kept,
 * for an answer that was not stored can be gone on from there and nowhere else.
 */
export class ResponsesLane implements Carrier {
  readonly #options: LaneOptions;
  readonly #sockets = new Map<string, MessageSocket>();
  readonly #without = new Set<string>();
  readonly #kept = new Map<string, KeptPlace>();
  /** Where a request is under way: a connection has one at a time. */
  readonly #busy = new Set<string>();
  #closed = false;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  opener({ target, provider, dialect }: ResolvedTarget, credential: Credential): RequestOpener | undefined {
    const path = provider.sockets[dialect.id];
    if (dialect.id !== 'openai-responses' || typeof path !== 'string') return undefined;
    const place = JSON.stringify([provider.name, credential.name]);
    if (this.#without.has(place)) return undefined;
    const keep = (id: string): void => this.#keep(id, { target: target.id, credential: credential.name });
    return { open: (request, listener) => this.#open(place, { ...request, path }, request, listener, keep) };
  }

  kept(state: string): KeptPlace | undefined {
    return this.#kept.get(state);
  }

  close(): void {
    this.#closed = true;
    for (const socket of this.#sockets.values()) socket.close(closeCodes.normal, '');
    this.#sockets.clear();
  }

  #open(
    place: string,
    dialled: UpstreamRequest,
    request: UpstreamRequest,
    listener: UpstreamListener,
    keep: (id: string) => void,
  ): UpstreamConnection {
    if (this.#busy.has(place)) return this.#options.transport.open(request, listener);
    this.#busy.add(place);
    const under = new LaneRequest(request.body, listener, {
      ended: (id) => {
        this.#busy.delete(place);
        if (id !== undefined) keep(id);
      },
      lost: (socket) => {
        if (this.#sockets.get(place) !== socket) return;
        this.#sockets.delete(place);
        this.#busy.delete(place);
      },
    });
    const socket = this.#sockets.get(place);
    if (socket !== undefined) under.sendOn(socket);
    else void this.#dial(place, dialled, request, under);
    return under;
  }

  async #dial(place: string, dialled: UpstreamRequest, request: UpstreamRequest, under: LaneRequest): Promise<void> {
    const { engine, transport, connectMs, maxBytes } = this.#options;
    const { origin, path } = dialled;
    try {
      const answer = await engine.dial({
        origin,
        path,
        headers: handshakeHeaders(request.headers),
        maxBytes,
        connectMs,
        signal: under.dialling,
      });
      if (!isRefusedDial(answer) && (under.over || this.#closed)) {
        answer.close(closeCodes.normal, '');
        under.failed(new Error('the connection is no longer wanted'));
      } else if (!isRefusedDial(answer)) {
        this.#sockets.set(place, answer);
        under.sendOn(answer);
      } else if (noSockets.has(answer.status)) {
        this.#without.add(place);
        under.passOn((own) => transport.open(request, own));
      } else under.refused(answer);
    } catch (error) {
      under.failed(error);
    } finally {
      if (!this.#sockets.has(place)) this.#busy.delete(place);
    }
  }

  #keep(id: string, place: KeptPlace): void {
    this.#kept.delete(id);
    this.#kept.set(id, place);
    for (const [oldest] of this.#kept) {
      if (this.#kept.size <= maxKept) return;
      this.#kept.delete(oldest);
    }
  }
}
