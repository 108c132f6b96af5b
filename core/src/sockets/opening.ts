import type { Dialect } from '../dialects/dialect.ts';
import { BytesBody } from '../dialects/json-body.ts';
import { Exchange, type ExchangeParts } from '../exchange.ts';
import type { Inbound, Outbound } from '../inbound.ts';
import type { Call } from '../model/call.ts';
import type { GatewayResponse } from '../model/response.ts';
import type { MessageSocket } from './message-socket.ts';
import type { Session } from './session.ts';

/** How sessions of one kind begin. */
export interface Opening {
  /** What must be there before the client is let in. Throws a `GatewayError` to refuse; an answer of a plugin's refuses as well. */
  prepare(exchange: OpeningExchange, beforeRoute: BeforeRoute): Promise<GatewayResponse | undefined>;
  /** The client is in. */
  begin(client: MessageSocket, exchange: OpeningExchange, hooks: SessionHooks): Session;
  /** It is not: what was prepared is given up. Does nothing once a session began. */
  abandon(): void;
}

/** Asks the plugins' `beforeRoute`. */
export type BeforeRoute = () => Promise<GatewayResponse | undefined>;

export interface SessionHooks {
  /** Runs an exchange of the session; resolves when it is over. */
  readonly run: (exchange: Exchange, outbound: Outbound) => Promise<void>;
  /** Nothing of the session is left. */
  readonly onOver: () => void;
}

/** A request for a WebSocket, as an exchange: who may open one is asked like for every other, and its answer is 101. */
export class OpeningExchange extends Exchange {
  readonly opening: Opening;
  /** What a session that passes unread is to plugins. */
  opaqueCall: Call | undefined = undefined;

  constructor(parts: ExchangeParts, inbound: Inbound, dialect: Dialect, opening: Opening) {
    super(parts, inbound, dialect);
    this.opening = opening;
  }

  override get shownCall(): Call | undefined {
    return this.opaqueCall;
  }

  async answer(beforeRoute: BeforeRoute): Promise<GatewayResponse> {
    const answered = await this.opening.prepare(this, beforeRoute);
    if (answered !== undefined) return answered;
    return { status: 101, headers: {}, source: 'gateway', body: new BytesBody(Buffer.alloc(0)) };
  }
}
