import type { DatabaseSync } from 'node:sqlite';
import {
  type AccountPart,
  type AccountState,
  accountGraceMs,
  type BudgetStore,
  checkLimits,
  checkParts,
  type HoldOutcome,
  type HoldPart,
  settledMs,
} from '@express-ai-gateway/core/plugin';
import { sweeper } from './sweep.ts';
import { transaction } from './transaction.ts';

// Each operation is one transaction, and of all processes one writes at a time: nobody changes an account between a look at it and what
// follows of it. Amounts are worked out here, where integers up to 2^53 - 1 are exact and a sum that is more than a limit always looks it.

/** How long a hold is known whose process died: its amount stays held, which is as good as spent. Milliseconds. */
const heldMs = 7 * 86_400_000;

/** By how much the clock of a process may differ from that of SQLite, where a window begins or ends. Milliseconds. */
const skewMs = 60_000;

interface HoldRow {
  /** The last that was taken. NULL: it is settled. */
  readonly step: number | null;
  /** `[account, amount]` of what it holds, as JSON. */
  readonly parts: string;
}

type Refused = Extract<HoldOutcome, { kind: 'refused' }>;

export function sqliteBudgetStore(database: DatabaseSync): BudgetStore {
  const clock = database.prepare("SELECT 1000.0 * unixepoch('subsec') AS ms");
  const findAccount = database.prepare('SELECT spent, held FROM budget_accounts WHERE account = ?');
  const putAccount = database.prepare(
    `INSERT INTO budget_accounts (account, spent, held, forgotten_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (account) DO UPDATE SET
       spent = excluded.spent, held = excluded.held, forgotten_at = coalesce(excluded.forgotten_at, forgotten_at)`,
  );
  const findHold = database.prepare('SELECT step, parts FROM budget_holds WHERE id = ?');
  const putHold = database.prepare(
    `INSERT INTO budget_holds (id, step, parts, forgotten_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET step = excluded.step, parts = excluded.parts, forgotten_at = excluded.forgotten_at`,
  );
  const sweep = sweeper(database, [
    { table: 'budget_accounts', key: 'account', end: 'forgotten_at' },
    { table: 'budget_holds', key: 'id', end: 'forgotten_at' },
  ]);

  return {
    async hold(id, parts) {
      checkParts(parts);
      checkLimits(parts);
      const outcome = transaction(database, (): HoldOutcome => {
        const known = holdOf(id);
        if (known?.step === null) return { kind: 'over' };
        return known === undefined ? taken(id, 0, new Map(), parts) : { kind: 'held', states: statesOf(parts) };
      });
      sweep();
      return outcome;
    },
    async extend(id, step, parts) {
      checkParts(parts);
      checkLimits(parts);
      const outcome = transaction(database, (): HoldOutcome => {
        const known = holdOf(id);
        if (known === undefined || known.step === null) return { kind: 'over' };
        return step > known.step ? taken(id, step, amountsOf(known), parts) : { kind: 'held', states: statesOf(parts) };
      });
      sweep();
      return outcome;
    },
    async settle(id, parts) {
      checkParts(parts);
      const outcome = transaction(database, () => {
        const known = holdOf(id);
        if (known?.step === null) return { repeated: true, states: statesOf(parts) };
        if (known !== undefined) for (const [account, amount] of amountsOf(known)) release(account, amount);
        for (const part of parts) book(part, part.amount);
        putHold.run(id, null, '[]', now() + settledMs);
        return { repeated: false, states: statesOf(parts) };
      });
      sweep();
      return outcome;
    },
    async read(accounts) {
      return transaction(database, () => accounts.map((account) => stateOf(account)), 'DEFERRED');
    },
  };

  /** Holds it all, or nothing and says where there was no room. */
  function taken(id: string, step: number, amounts: Map<string, number>, parts: readonly HoldPart[]): HoldOutcome {
    const ms = now();
    for (const part of parts) checkWindow(part, ms);
    const refused = refusedOf(parts);
    if (refused !== undefined) return refused;
    for (const part of parts) {
      const { account, amount } = part;
      const { spent, held } = stateOf(account);
      putAccount.run(account, spent, held + amount, forgottenAt(part));
      amounts.set(account, (amounts.get(account) ?? 0) + amount);
    }
    putHold.run(id, step, JSON.stringify([...amounts]), ms + heldMs);
    return { kind: 'held', states: statesOf(parts) };
  }

  function refusedOf(parts: readonly HoldPart[]): Refused | undefined {
    const at = parts.findIndex(({ account, amount, limit }) => {
      const { spent, held } = stateOf(account);
      return spent + held + amount > limit;
    });
    return at === -1 ? undefined : { kind: 'refused', at, states: statesOf(parts) };
  }

  /** An account that was forgotten meanwhile holds nothing any more, also when it was booked on since. */
  function release(account: string, amount: number): void {
    const state = foundAccount(account);
    if (state !== undefined) putAccount.run(account, state.spent, Math.max(0, state.held - amount), null);
  }

  function book(part: AccountPart, amount: number): void {
    const { spent, held } = stateOf(part.account);
    if (!Number.isSafeInteger(spent + amount)) throw new RangeError('BudgetStore: the sum is more than an integer can hold exactly');
    putAccount.run(part.account, spent + amount, held, forgottenAt(part));
  }

  function holdOf(id: string): HoldRow | undefined {
    return findHold.get(id) as HoldRow | undefined;
  }

  function foundAccount(account: string): AccountState | undefined {
    return findAccount.get(account) as AccountState | undefined;
  }

  function stateOf(account: string): AccountState {
    const { spent, held } = foundAccount(account) ?? { spent: 0, held: 0 };
    return { spent, held };
  }

  function statesOf(parts: readonly AccountPart[]): AccountState[] {
    return parts.map(({ account }) => stateOf(account));
  }

  /** SQLite's own clock: of all processes that share the file the same, whatever a gateway was given. */
  function now(): number {
    return (clock.get() as { ms: number }).ms;
  }
}

function amountsOf({ parts }: HoldRow): Map<string, number> {
  return new Map(JSON.parse(parts) as [string, number][]);
}

/** Throws for a window that is not now: its process would spend of a month that is over, or has not begun. */
function checkWindow({ startsAt = Number.NEGATIVE_INFINITY, endsAt = Number.POSITIVE_INFINITY }: AccountPart, ms: number): void {
  if (ms < startsAt - skewMs || ms > endsAt + skewMs)
    throw new Error('BudgetStore: the clock of this process and that of SQLite differ by more than a minute');
}

function forgottenAt({ endsAt }: AccountPart): number | null {
  return endsAt === undefined ? null : endsAt + accountGraceMs;
}
