import type { DialectId } from './call.ts';
import type { AttemptRecord, ResponseSource } from './response.ts';
import type { Target } from './target.ts';
import type { Usage } from './usage.ts';

/**
 * How an exchange ended; made exactly once.
 * - `completed`: the client got the whole answer, be it a refusal (status tells).
 * - `aborted`: the client left first.
 * - `failed`: a 5xx, or a stream that ended in an error.
 */
export interface Settlement {
  readonly id: string;
  readonly outcome: 'completed' | 'aborted' | 'failed';
  readonly method: string;
  readonly path: string;
  readonly dialect: DialectId | undefined;
  /** Model as the client wrote it. */
  readonly model: string | undefined;
  readonly target: Target | undefined;
  readonly source: ResponseSource | undefined;
  /** The status the client got, or 499 when it left before one was sent. */
  readonly status: number;
  /** `GW_*` (or a plugin's own) code of what went wrong. */
  readonly error: string | undefined;
  readonly streamed: boolean;
  readonly usage: Usage | undefined;
  readonly finishReason: string | undefined;
  readonly attempts: readonly AttemptRecord[];
  /** Milliseconds since the request arrived. */
  readonly durationMs: number;
  /** Milliseconds until the first content event of a stream. */
  readonly timeToFirstEventMs: number | undefined;
  readonly bytesIn: number;
  readonly bytesOut: number;
}
