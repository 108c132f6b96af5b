import { Exchange, type ExchangeParts } from '../exchange.ts';
import type { Inbound } from '../inbound.ts';
import type { Call } from '../model/call.ts';
import type { Usage } from '../model/usage.ts';
import type { HandoffDialect } from './dialect.ts';

/** A request's body, as far as its exchange minds it. */
export interface CarriedRequest {
  readonly present: boolean;
  /** Bytes as declared; `undefined` when nobody said. */
  readonly length: number | undefined;
  /** Bytes that have come so far. */
  readonly received: number;
  /** Whether somebody waits for the client's next piece. */
  readonly awaited: boolean;
  /** Hears of each piece, for who minds the time. */
  onPiece: (() => void) | undefined;
  /** Before anything is sent. Throws for a body that is refused. */
  open(): Promise<void>;
  /** Nobody wants the rest. */
  release(): void;
}

/** What a transfer is to its exchange. */
export interface UnderWay {
  /** Asked when the exchange is over. */
  usage(): Usage | undefined;
  /** Ends whatever still runs; does nothing once it is over. */
  release(): void;
}

/** An exchange whose request is carried, not read. A kind of its own, so that ordinary ones pay nothing for it. */
export class HandoffExchange extends Exchange {
  declare readonly dialect: HandoffDialect;
  readonly client: CarriedRequest;
  opaqueCall: Call | undefined = undefined;
  transfer: UnderWay | undefined = undefined;

  constructor(parts: ExchangeParts, inbound: Inbound, dialect: HandoffDialect, client: CarriedRequest) {
    super(parts, inbound, dialect);
    this.client = client;
  }

  override get shownCall(): Call | undefined {
    return this.opaqueCall;
  }

  override get bytesIn(): number {
    return this.client.received;
  }

  override get usage(): Usage | undefined {
    return this.transfer?.usage() ?? super.usage;
  }

  /** An answer that a plugin replaced, or that nobody took to its end, must not go on at the upstream. */
  override settle(delivered: boolean): void | Promise<void> {
    this.transfer?.release();
    this.client.release();
    return super.settle(delivered);
  }
}
