import { hash } from 'node:crypto';
import type { CallDialect, ItemReference } from '../dialects/dialect.ts';
import { gatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { JsonDocument } from '../json/document.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { ParsedCall } from '../parsed-call.ts';
import type { CacheStore } from '../services/cache-store.ts';
import { within } from '../within.ts';
import { ownerOf } from './owner.ts';

/** Limit of one call to the store. Milliseconds. */
const storeMs = 1_000;

/**
 * Items of translated answers that clients refer to by id instead of sending them again. They belong to their tenant, and are
 * put in the place of the reference before any plugin looks at the call: what is sent is what was judged.
 */
export class KeptItems {
  readonly #cache: CacheStore;
  /** Milliseconds; 0: nothing is kept. */
  readonly #keepMs: number;

  /** Bytes of a call with everything in its place. */
  readonly #maxBytes: number;

  constructor(cache: CacheStore, keepMs: number, maxBytes: number) {
    this.#cache = cache;
    this.#keepMs = keepMs;
    this.#maxBytes = maxBytes;
  }

  /** Keeps the items of a translated answer once its client has it. */
  keep(exchange: Exchange, format: CallDialect, answer: JsonValue): void {
    const items = this.#keepMs === 0 ? [] : (format.referableItems?.(answer, exchange.requireCall().document.value as JsonObject) ?? []);
    if (items.length === 0) return;
    const owner = ownerOf(exchange);
    exchange.onSettled(async ({ outcome }) => {
      if (outcome !== 'completed') return;
      const puts = items.map(({ id, item }) => this.#cache.set(keyOf(owner, id), Buffer.from(JSON.stringify(item)), this.#keepMs));
      await within(storeMs, Promise.all(puts)).catch(() => {}); // a later reference is told that there is no such item
    });
  }

  /**
   * The call's text with what it refers to in the references' place; `undefined` for a call without any. Rejects with
   * `GW_UNKNOWN_STATE` where something is kept no more, or not for this tenant.
   */
  dereferenced(exchange: Exchange, { format, document }: ParsedCall): Promise<string> | undefined {
    const references = format.itemReferences?.(document.value as JsonObject) ?? [];
    return references.length === 0 ? undefined : this.#dereferenced(exchange, document.fork(), references);
  }

  async #dereferenced(exchange: Exchange, document: JsonDocument, references: readonly ItemReference[]): Promise<string> {
    const owner = ownerOf(exchange);
    const ids = [...new Set(references.map(({ id }) => id))];
    const items = new Map(await Promise.all(ids.map(async (id) => [id, await this.#item(keyOf(owner, id))] as const)));
    let length = document.text.length;
    for (const { id } of references) {
      const item = items.get(id);
      if (item === undefined) throw gatewayError('GW_UNKNOWN_STATE');
      length += item.length;
      // A small call may refer to one large item a thousand times.
      if (length > this.#maxBytes) throw gatewayError('GW_BODY_TOO_LARGE', { details: { limit: this.#maxBytes } });
    }
    for (const { path, id } of references) document.replaceValue(path, items.get(id) as string);
    return document.toText();
  }

  async #item(key: string): Promise<string | undefined> {
    const stored = await within(storeMs, this.#cache.get(key)).catch(() => undefined); // a store that is away has nothing
    return stored === undefined ? undefined : Buffer.from(stored).toString('utf8');
  }
}

function keyOf(owner: string, id: string): string {
  return `item:${hash('sha256', JSON.stringify([owner, id]), 'hex')}`;
}
