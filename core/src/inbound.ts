import type { RequestHeaders } from './model/headers.ts';

// What the pipeline knows of the outside. Express is one adapter (`http/`), the in-process client another
// (`in-process.ts`); neither is named in the pipeline.

/** A request as it came in. */
export interface Inbound {
  readonly method: string;
  /** Path below the mount, without query. */
  readonly path: string;
  readonly query: string;
  readonly headers: RequestHeaders;
  /** Names and values in turn, as received: shows duplicates that `headers` hides. */
  readonly rawHeaders: readonly string[];
  readonly ip: string | undefined;
  /** The request that opened the connection whose message this is. */
  readonly opener?: Inbound;
  /** Reads the whole body. Rejects with `GW_BODY_*`; stops reading when it does. */
  readBody(limits: BodyLimits): Promise<Buffer>;
}

export interface BodyLimits {
  readonly bytes: number;
  readonly ms: number;
}

/** Where the answer goes. After `send`, `end` or `cut` nothing may follow. */
export interface Outbound {
  /** Whether a head was sent. */
  readonly started: boolean;
  /** Whether answers to earlier requests of the same connection have to be sent first. */
  readonly queued: boolean;
  /** Resolves once the answer was handed over whole (`true`) or the client is gone (`false`). Never rejects. */
  readonly closed: Promise<boolean>;
  /** Whether something that was handed over has not been taken by the connection yet. */
  readonly waiting: boolean;
  /** A whole answer. `headers`: names and values in turn. */
  send(status: number, headers: readonly string[], body: Buffer): void;
  /** The head of a streamed answer. */
  start(status: number, headers: readonly string[]): void;
  /** `false`: the client is slower; wait for `drained`. */
  write(bytes: Buffer): boolean;
  /** Calls `listener` each time the client has caught up. */
  onDrain(listener: () => void): void;
  end(): void;
  /** Last words, then the connection is cut: nothing may look like a clean end. */
  cut(lastWords: Buffer): void;
}
