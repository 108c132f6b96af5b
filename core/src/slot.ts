import { frozenCopy } from './frozen-copy.ts';
import type { Cost, Principal } from './model/principal.ts';

/**
 * Typed data of one exchange. Private to whoever holds the slot: export it to share it. Declared once, at module level:
 * `const startedAt = slot<number>('started-at')`.
 */
export interface Slot<T> {
  readonly kind: 'slot';
  readonly name: string;
  /** May be set once per exchange and cannot be replaced. Takes plain data, of which it keeps a frozen copy. */
  readonly once: boolean;
  /** Carries the type only; never set. */
  readonly type?: T;
}

export function slot<T>(name: string, options: { readonly once?: boolean } = {}): Slot<T> {
  return Object.freeze({ kind: 'slot', name, once: options.once ?? false });
}

export function isSlot(value: unknown): value is Slot<unknown> {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'slot';
}

/** Who is calling. Set by exactly one authentication plugin (it says `provides: [principal]`). */
export const principal: Slot<Principal> = slot<Principal>('principal', { once: true });

/** What the exchange cost. Set by the plugin that prices it. */
export const cost: Slot<Cost> = slot<Cost>('cost', { once: true });

/** The caller of a gateway that lets everybody in. */
export const anonymous: Principal = frozenCopy({ id: 'anonymous', kind: 'anonymous' }, 'anonymous');
