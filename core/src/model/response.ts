import type { TextReference } from './call.ts';
import type { StreamEvent } from './events.ts';
import type { ResponseHeaders } from './headers.ts';
import type { JsonValue } from './json.ts';
import type { Target } from './target.ts';
import type { Usage } from './usage.ts';

/** Who produced a response. */
export type ResponseSource = 'upstream' | 'gateway' | `plugin:${string}`;

/** A whole JSON body. Parsed on first use only. */
export interface JsonBody {
  readonly kind: 'json';
  /** The bytes that will be sent, edits included. */
  bytes(): Buffer;
  /** The parsed body as received, frozen; `undefined` when it is not JSON. */
  readonly json: JsonValue | undefined;
  /** Every text-bearing place of the answer, editable. */
  texts(): TextReference[];
}

/**
 * A streamed body. Wrap it by returning a response whose `events` is a generator over these events; never iterate it
 * inside a hook. Untouched, the upstream's bytes go to the client as they are and `events` is never built.
 */
export interface StreamBody {
  readonly kind: 'stream';
  readonly events: AsyncIterable<StreamEvent>;
}

/**
 * A body that a handoff carries from socket to socket: an image, a recording, a file. It is never whole in memory, so nobody
 * can look into it; a plugin may replace the response, but not change the body.
 */
export interface OpaqueBody {
  readonly kind: 'opaque';
  readonly contentType: string | undefined;
  /** As far as the upstream said it. */
  readonly byteLength: number | undefined;
  /** Throws, and says why. */
  bytes(): never;
}

export type ResponseBody = JsonBody | StreamBody | OpaqueBody;

export interface GatewayResponse {
  readonly status: number;
  /** Headers for the client; the gateway adds its own (`x-request-id`, content type, …) when it writes. */
  readonly headers: ResponseHeaders;
  readonly source: ResponseSource;
  /** The target that answered; only for `source: 'upstream'`. */
  readonly target?: Target;
  /** What a plugin says its answer used; for `source: 'upstream'` the upstream's own report counts. */
  readonly usage?: Usage;
  readonly body: ResponseBody;
}

/** How one attempt ended. */
export interface AttemptRecord {
  readonly id: string;
  readonly target: Target;
  readonly kind: AttemptKind;
  /** The upstream's status; `undefined` when no response head arrived. */
  readonly status: number | undefined;
  readonly outcome: AttemptOutcome;
  /** Whether its target may have got the request: what was never sent cost nothing. */
  readonly sent: boolean;
  /** `GW_*` code of what went wrong. */
  readonly error: string | undefined;
  readonly usage: Usage | undefined;
  /** Milliseconds from start to end of the attempt. */
  readonly durationMs: number;
  /** Fields of the client's that its target has no place for, by name. */
  readonly dropped: readonly string[];
}

export type AttemptKind = 'first' | 'retry' | 'fallback' | 'hedge' | 'recovery' | 'shadow';

export type AttemptOutcome = 'completed' | 'failed' | 'aborted' | 'skipped';
