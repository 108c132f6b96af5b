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
import type { Connection } from './connection.ts';
import { digest } from './digest.ts';
import { lock } from './migrations.ts';
import { sweeper } from './sweep.ts';

// Each operation is one function of the schema, in one round trip and one transaction; migrations.ts has them, and says how they wait for
// each other. Amounts are whole numbers on both sides. Time is the server's, in milliseconds since 1970.

/** How long a hold is known whose process died: its amount stays held, which is as good as spent. Milliseconds. */
const heldMs = 7 * 86_400_000;

/** By how much the clocks of a process and of PostgreSQL may differ where a window begins or ends. Milliseconds. */
const skewMs = 60_000;

/** Of the accounts in the order asked. `pg` has such numbers as text, and of no account nothing. */
interface States {
  readonly all_spent: readonly string[] | null;
  readonly all_held: readonly string[] | null;
}

interface Taken extends States {
  readonly outcome: HoldOutcome['kind'];
  readonly refused_at: number;
}

interface Settled extends States {
  readonly repeated: boolean;
}

export function postgresBudgetStore(connection: Connection, schema: string): BudgetStore {
  const take = `SELECT * FROM "${schema}".take_budget($1, $2, $3, $4, $5, $6, $7, $8, ${skewMs}, ${heldMs}, ${lock}, $9)`;
  const settle = `SELECT * FROM "${schema}".settle_budget($1, $2, $3, $4, ${settledMs}, ${Number.MAX_SAFE_INTEGER}, ${lock}, $5)`;
  const read = `SELECT * FROM "${schema}".budget_states($1)`;
  const sweep = sweeper(connection, schema, { budget_accounts: 'forgotten_at', budget_holds: 'forgotten_at' });

  async function asked<Row extends States>(text: string, values: readonly unknown[]): Promise<Row> {
    const [row] = await connection.rows<Row>(text, values);
    return row as Row; // these functions return one, always
  }

  async function taken(id: string, step: number, parts: readonly HoldPart[]): Promise<HoldOutcome> {
    checkParts(parts);
    checkLimits(parts);
    const of = digest(id);
    const row = await asked<Taken>(take, [
      of,
      step,
      accountsOf(parts),
      parts.map(({ amount }) => amount),
      parts.map(({ limit }) => limit),
      parts.map(({ startsAt }) => startsAt),
      parts.map(({ endsAt }) => endsAt),
      parts.map(forgottenAt),
      of.readInt32BE(),
    ]);
    void sweep();
    if (row.outcome === 'over') return { kind: 'over' };
    const states = statesOf(row);
    return row.outcome === 'held' ? { kind: 'held', states } : { kind: 'refused', at: row.refused_at, states };
  }

  return {
    hold: (id, parts) => taken(id, 0, parts),
    async extend(id, step, parts) {
      if (!(step >= 1)) throw new TypeError(`BudgetStore: step: expected an integer of at least 1, received ${step}`);
      return taken(id, step, parts);
    },
    async settle(id, parts) {
      checkParts(parts);
      const of = digest(id);
      const amounts = parts.map(({ amount }) => amount);
      const row = await asked<Settled>(settle, [of, accountsOf(parts), amounts, parts.map(forgottenAt), of.readInt32BE()]);
      void sweep();
      return { repeated: row.repeated, states: statesOf(row) };
    },
    async read(accounts) {
      return statesOf(await asked<States>(read, [accounts.map(digest)]));
    },
  };
}

function accountsOf(parts: readonly AccountPart[]): Buffer[] {
  return parts.map(({ account }) => digest(account));
}

function forgottenAt({ endsAt }: AccountPart): number | undefined {
  return endsAt === undefined ? undefined : endsAt + accountGraceMs;
}

function statesOf({ all_spent: spent, all_held: held }: States): AccountState[] {
  return (spent ?? []).map((amount, at) => ({ spent: Number(amount), held: Number(held?.[at]) }));
}
