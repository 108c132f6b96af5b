import { hash } from 'node:crypto';
import type { AccountPart, Principal } from '@express-ai-gateway/core/plugin';
import type { BudgetRule, Level } from './options.ts';
import { Windows } from './windows.ts';

/** A budget of the options, ready to be asked. */
export interface Budget {
  readonly name: string;
  readonly per: readonly Level[];
  readonly unit: 'dollars' | 'tokens';
  /** Nano-dollars or tokens. */
  readonly limit: number;
  readonly windows: Windows;
}

export function budgetOf({ name, per, dollars, tokens, window, timeZone }: BudgetRule): Budget {
  const unit = dollars === undefined ? 'tokens' : 'dollars';
  return {
    name: name ?? `${per.length === 0 ? 'all' : per.join('.')}.${unit}.${window}`,
    per,
    unit,
    limit: (dollars ?? tokens) as number,
    windows: new Windows(window, timeZone),
  };
}

/** The account of a caller's, in the window that is now. */
export function accountOf({ name, per, windows }: Budget, principal: Principal | undefined, now: number): AccountPart {
  const { id, startsAt, endsAt } = windows.at(now);
  const subject = per.map((level) => `${level}=${written(valueAt(level, principal))}`).join('&');
  const tenant =
    principal?.tenant === undefined || per.includes('tenant') || per.length === 0 ? '' : `of=${written(`+${principal.tenant}`)}&`;
  return { account: `${name}:${id}:${tenant}${subject}`, startsAt, endsAt };
}

/** One without a tenant, an app or a user has an account of its own: nobody spends what nobody counts. */
function valueAt(level: Level, principal: Principal | undefined): string {
  const id = principal?.id ?? 'anonymous';
  const value = level === 'key' ? id : principal?.[level];
  return value === undefined ? `-${id}` : `+${value}`;
}

/** Different values are never written alike; long ones, and texts that are none, by their digest. */
function written(value: string): string {
  if (value.length <= 100 && value.isWellFormed()) return encodeURIComponent(value);
  return `~${hash('sha256', Buffer.from(value, 'utf16le'), 'base64url')}`;
}
