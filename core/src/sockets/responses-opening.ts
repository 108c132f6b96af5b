import type { Limits } from '../config.ts';
import type { CallDialect } from '../dialects/dialect.ts';
import type { SocketEngine } from '../http/socket-engine.ts';
import type { RequestOpener } from '../upstream/carrier.ts';
import { openedBy } from './frame-inbound.ts';
import type { MessageSocket } from './message-socket.ts';
import type { Opening, OpeningExchange, SessionHooks } from './opening.ts';
import { ResponsesLane } from './responses-lane.ts';
import { ResponsesSession } from './responses-session.ts';
import type { Session } from './session.ts';

export interface ResponsesOpeningOptions {
  readonly engine: SocketEngine;
  readonly transport: RequestOpener;
  readonly connectMs: number;
  readonly limits: Limits;
  readonly maxQueued: number;
  readonly dialect: CallDialect;
}

/** Where it goes shows with the first message: nothing is prepared. */
export class ResponsesOpening implements Opening {
  readonly #options: ResponsesOpeningOptions;

  constructor(options: ResponsesOpeningOptions) {
    this.#options = options;
  }

  async prepare(): Promise<undefined> {}

  begin(client: MessageSocket, { parts, inbound }: OpeningExchange, hooks: SessionHooks): Session {
    const { engine, transport, connectMs, limits, maxQueued, dialect } = this.#options;
    const { eventBytes: maxEventBytes, bodyBytes: maxQueuedLength } = limits;
    const lane = new ResponsesLane({ engine, transport, connectMs, maxBytes: maxEventBytes });
    const bounds = { maxEventBytes, maxQueued, maxQueuedLength };
    return new ResponsesSession(client, { parts, dialect, by: openedBy(inbound), lane, ...bounds, ...hooks });
  }

  abandon(): void {}
}
