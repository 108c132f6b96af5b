import type { Exchange } from '../exchange.ts';
import { principal } from '../slot.ts';

/** To whom belongs what is kept for a caller: the tenant, or whoever stands for it. */
export function ownerOf(exchange: Exchange): string {
  const who = exchange.getSlot(principal);
  return JSON.stringify(who?.tenant === undefined ? [who?.kind, who?.id] : [who.tenant]);
}
