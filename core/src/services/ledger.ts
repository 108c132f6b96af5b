import type { AttemptOutcome } from '../model/response.ts';
import type { Usage } from '../model/usage.ts';
import { token } from './token.ts';

/** One attempt's line in the books: metadata only, never payloads. */
export interface LedgerRow {
  readonly attempt: string;
  readonly exchange: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly principal: string | undefined;
  readonly tenant: string | undefined;
  readonly target: string;
  readonly purpose: 'answer' | 'auxiliary';
  readonly outcome: AttemptOutcome;
  readonly usage: Usage | undefined;
  /** Integer nano-dollars; `undefined` when the price is unknown. */
  readonly cost: bigint | undefined;
}

export interface Ledger {
  append(row: LedgerRow): Promise<void>;
  /** The newest rows first. */
  recent(limit: number): Promise<readonly LedgerRow[]>;
}

export const Ledger = token<Ledger>()('Ledger', 'ledger', ['append', 'recent']);

/** The last rows of this process, in a ring (default 10,000). */
export function memoryLedger(capacity: number = 10_000): Ledger {
  const rows: LedgerRow[] = [];
  let next = 0;
  return {
    async append(row) {
      rows[next % capacity] = Object.freeze({ ...row });
      next += 1;
    },
    async recent(limit) {
      const count = Math.min(limit, rows.length);
      return Array.from({ length: count }, (_, back) => rows[(next - 1 - back) % capacity] as LedgerRow);
    },
  };
}
