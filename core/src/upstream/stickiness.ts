import { hash } from 'node:crypto';
import { type GatewayError, gatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { GatewayResponse } from '../model/response.ts';
import type { Target } from '../model/target.ts';
import type { CacheStore } from '../services/cache-store.ts';
import { within } from '../within.ts';
import type { KeptPlace } from './carrier.ts';
import { ownerOf } from './owner.ts';

/** What a provider's account keeps for a caller: where it lies, and whose it is. */
interface Kept extends KeptPlace {
  readonly owner: string;
}

/** Milliseconds: as long as OpenAI keeps responses. */
const keepMs = 30 * 24 * 60 * 60 * 1000;

/** Things that one call may go on from. */
const maxStates = 100;

/** Limit of one call to the store. Milliseconds. */
const storeMs = 1_000;

/**
 * Calls that go on from something a provider's account keeps (a response, a conversation) go where it lies, and nowhere
 * else: another target or another credential's account does not have it. One that belongs to another tenant is as good as
 * not there. What nobody remembers goes to the first target only.
 */
export function sticking(
  cache: CacheStore,
  upstream: (exchange: Exchange) => Promise<GatewayResponse>,
): (exchange: Exchange) => Promise<GatewayResponse> {
  return (exchange) => {
    const { format, states } = exchange.requireCall();
    if (format.leaves !== undefined) exchange.onSettled(() => remember(cache, exchange));
    return states.length === 0 ? upstream(exchange) : goOn(cache, exchange, states, upstream);
  };
}

async function goOn(
  cache: CacheStore,
  exchange: Exchange,
  states: readonly string[],
  upstream: (exchange: Exchange) => Promise<GatewayResponse>,
): Promise<GatewayResponse> {
  const owner = ownerOf(exchange);
  const here = (state: string): Kept | undefined => {
    const place = exchange.carrier?.kept(state);
    return place && { ...place, owner };
  };
  const asked = states.slice(0, maxStates).map(async (state) => here(state) ?? recall(cache, state));
  const known = (await Promise.all(asked)).filter((one) => one !== undefined);
  const [kept] = known;
  // One of somebody else's, or two that lie apart: no target has them all for this caller.
  if (states.length > maxStates || known.some((one) => one.owner !== owner || one.target !== kept?.target)) throw unknownState();
  exchange.targets = kept === undefined ? exchange.targets.slice(0, 1) : placeOf(kept, exchange.targets);
  exchange.credential = kept?.credential;
  return upstream(exchange);
}

/** The target that keeps it, as far as this call may go there at all. */
function placeOf({ target }: Kept, candidates: readonly Target[]): readonly Target[] {
  const places = candidates.filter(({ id }) => id === target);
  if (places.length === 0) throw unknownState();
  return places;
}

function unknownState(): GatewayError {
  return gatewayError('GW_UNKNOWN_STATE');
}

/** Notes where the answer's state lies, once the answer is whole. */
async function remember(cache: CacheStore, exchange: Exchange): Promise<void> {
  const { leaves, response, answeringCredential: credential } = exchange;
  if (leaves === undefined || response?.target === undefined || credential === undefined) return;
  const kept: Kept = { owner: ownerOf(exchange), target: response.target.id, credential };
  await within(storeMs, cache.set(keyOf(leaves), Buffer.from(JSON.stringify(kept)), keepMs)).catch(() => {}); // then it goes to the first target
}

async function recall(cache: CacheStore, state: string): Promise<Kept | undefined> {
  const stored = await within(storeMs, cache.get(keyOf(state))).catch(() => undefined); // a store that is away is a miss
  if (stored === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(stored).toString('utf8')) as Kept;
  } catch {
    return undefined;
  }
}

function keyOf(state: string): string {
  return `state:${hash('sha256', state, 'hex')}`;
}
