import type { Clock } from './clock.ts';
import { token } from './token.ts';

/**
 * What is spent and what is held of budgets. Amounts are safe integers in the unit of the account: nano-dollars or tokens. Every operation is one atomic
 * step over all the accounts that it names, and has an id: carried out again, also by another process, it has no second effect.
 */
export interface BudgetStore {
  /** Holds an amount on every account, or on none where one has no room for it. An id that is held already gets the same answer; one that is settled is refused. */
  hold(id: string, parts: readonly HoldPart[]): Promise<HoldOutcome>;
  /**
   * Holds more on the accounts of a hold, in their order; all or nothing. `step` counts from 1 for each hold: a step that was taken gets the same answer.
   */
  extend(id: string, step: number, parts: readonly HoldPart[]): Promise<HoldOutcome>;
  /**
   * Ends a hold: what was held is free, what was spent is booked, once. An id that never was held is booked all the same, and can never be held later:
   * an answer that was lost says nothing of what happened.
   */
  settle(id: string, parts: readonly SpentPart[]): Promise<SettleOutcome>;
  /** How accounts stand, in the order asked; of one that nobody used, zeros. */
  read(accounts: readonly string[]): Promise<readonly AccountState[]>;
}

/** An account is one window of one budget of one principal, with the tenant in its name: another month is another account. */
export interface AccountPart {
  readonly account: string;
  /** Milliseconds since 1970 between which the account is in use; an open end never ends. Some days after it the account is forgotten. */
  readonly startsAt?: number | undefined;
  readonly endsAt?: number | undefined;
}

export interface HoldPart extends AccountPart {
  readonly amount: number;
  /** What may be spent and held together, at most. */
  readonly limit: number;
}

export interface SpentPart extends AccountPart {
  readonly amount: number;
}

export interface AccountState {
  readonly spent: number;
  readonly held: number;
}

export type HoldOutcome =
  | { readonly kind: 'held'; readonly states: readonly AccountState[] }
  /** The first account that has no room for it. */
  | { readonly kind: 'refused'; readonly at: number; readonly states: readonly AccountState[] }
  /** The hold is over, or there is none to extend. */
  | { readonly kind: 'over' };

export interface SettleOutcome {
  /** Whether it was settled before; then nothing changed. */
  readonly repeated: boolean;
  readonly states: readonly AccountState[];
}

export const BudgetStore = token<BudgetStore>()('BudgetStore', 'budgets', ['hold', 'extend', 'settle', 'read']);

/** Days that accounts are kept after their end: what is under way then is booked to the window that it began in. */
export const accountGraceMs = 7 * 86_400_000;

/** How long an id is known after it was settled: longer than anything that was sent before can still be under way. Milliseconds. */
export const settledMs = 3_600_000;

/** Settled ids that the memory store knows: in one process nothing arrives late. */
const settledLimit = 100_000;

/** Accounts the memory store holds before it refuses new ones: forgetting one would grant its budget again. */
export const memoryAccountLimit = 100_000;

/** Throws for what cannot be counted: a wrong amount would grant or take what nobody asked for. */
export function checkParts(parts: readonly SpentPart[]): void {
  if (parts.length === 0) throw new TypeError('BudgetStore: expected at least one account, received none');
  for (const { account, amount } of parts)
    if (!Number.isSafeInteger(amount) || amount < 0)
      throw new TypeError(`BudgetStore: amount of ${account}: expected a safe integer of at least 0, received ${amount}`);
  if (new Set(parts.map(({ account }) => account)).size !== parts.length) throw new TypeError('BudgetStore: expected each account once');
}

/** Throws for a limit that no counter can hold exactly. */
export function checkLimits(parts: readonly HoldPart[]): void {
  for (const { account, limit } of parts)
    if (!Number.isSafeInteger(limit) || limit < 0)
      throw new TypeError(`BudgetStore: limit of ${account}: expected a safe integer of at least 0, received ${limit}`);
}

interface Account {
  spent: number;
  held: number;
  readonly endsAt: number;
}

interface Hold {
  step: number;
  readonly amounts: Map<string, number>;
}

/** Budgets of this process alone: they begin anew with it, so they hold for what one process spends while it runs. */
export function memoryBudgetStore(clock: Clock, limit: number = memoryAccountLimit): BudgetStore {
  const accounts = new Map<string, Account>();
  const holds = new Map<string, Hold>();
  const settled = new Set<string>();

  return {
    async hold(id, parts) {
      checkParts(parts);
      checkLimits(parts);
      if (settled.has(id)) return { kind: 'over' };
      if (holds.has(id)) return { kind: 'held', states: statesOf(parts) };
      const refused = taken(parts);
      if (refused !== undefined) return refused;
      holds.set(id, { step: 0, amounts: new Map(parts.map(({ account, amount }) => [account, amount])) });
      return { kind: 'held', states: statesOf(parts) };
    },
    async extend(id, step, parts) {
      checkParts(parts);
      checkLimits(parts);
      const hold = holds.get(id);
      if (hold === undefined) return { kind: 'over' };
      if (step <= hold.step) return { kind: 'held', states: statesOf(parts) };
      const refused = taken(parts);
      if (refused !== undefined) return refused;
      hold.step = step;
      for (const { account, amount } of parts) hold.amounts.set(account, (hold.amounts.get(account) ?? 0) + amount);
      return { kind: 'held', states: statesOf(parts) };
    },
    async settle(id, parts) {
      checkParts(parts);
      if (settled.has(id)) return { repeated: true, states: statesOf(parts) };
      for (const part of parts) checkSum(accountOf(part).spent + part.amount); // or throws before anything is booked
      for (const [name, amount] of holds.get(id)?.amounts ?? []) {
        const account = accounts.get(name);
        if (account !== undefined) account.held -= amount;
      }
      for (const part of parts) accountOf(part).spent += part.amount;
      holds.delete(id);
      settled.add(id);
      dropOldest(settled, settledLimit);
      return { repeated: false, states: statesOf(parts) };
    },
    async read(names) {
      return names.map((account) => stateOf(account));
    },
  };

  /** Holds it all, or nothing and says where there was no room. */
  function taken(parts: readonly HoldPart[]): HoldOutcome | undefined {
    for (const [at, { account, amount, limit: most }] of parts.entries()) {
      const { spent, held } = stateOf(account);
      if (spent + held + amount > most) return { kind: 'refused', at, states: statesOf(parts) };
    }
    for (const part of parts) accountOf(part);
    for (const part of parts) accountOf(part).held += part.amount;
    return undefined;
  }

  function stateOf(name: string): AccountState {
    const account = accounts.get(name);
    return account === undefined ? { spent: 0, held: 0 } : { spent: account.spent, held: account.held };
  }

  function statesOf(parts: readonly AccountPart[]): AccountState[] {
    return parts.map(({ account }) => stateOf(account));
  }

  function accountOf({ account: name, endsAt }: AccountPart): Account {
    let account = accounts.get(name);
    if (account === undefined) {
      makeRoom();
      account = { spent: 0, held: 0, endsAt: endsAt ?? Number.POSITIVE_INFINITY };
      accounts.set(name, account);
    }
    return account;
  }

  function makeRoom(): void {
    if (accounts.size < limit) return;
    const now = clock.now();
    for (const [name, { endsAt, held }] of accounts) if (endsAt + accountGraceMs <= now && held === 0) accounts.delete(name);
    if (accounts.size >= limit) throw new Error(`The memory budget store holds ${limit} accounts and none has ended; use a shared store.`);
  }
}

function checkSum(sum: number): void {
  if (!Number.isSafeInteger(sum)) throw new RangeError('BudgetStore: the sum is more than an integer can hold exactly');
}

function dropOldest(ids: Set<string>, most: number): void {
  const [oldest] = ids;
  if (ids.size > most && oldest !== undefined) ids.delete(oldest);
}
