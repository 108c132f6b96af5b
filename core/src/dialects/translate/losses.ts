import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import type { Loss } from '../../model/neutral.ts';

/** Collects what could not be kept: each field once, with the graver level. */
export class Losses<Field extends string> {
  readonly #levels = new Map<Field, Loss['level']>();

  drop(field: Field): void {
    if (!this.#levels.has(field)) this.#levels.set(field, 'drop');
  }

  refuse(field: Field): void {
    this.#levels.set(field, 'refuse');
  }

  has(field: Field): boolean {
    return this.#levels.has(field);
  }

  get size(): number {
    return this.#levels.size;
  }

  list(): { readonly field: Field; readonly level: Loss['level'] }[] {
    return Array.from(this.#levels, ([field, level]) => ({ field, level }));
  }
}

/** Nothing, for a part that has no place; noted. */
export function refused<Field extends string>(losses: Losses<Field>, field: Field): [] {
  losses.refuse(field);
  return [];
}

/** A client's own key may be anything: only what reads like a name is repeated in a header or a log. */
const showable = /^[\w.-]{1,64}$/;

/** Paths are as many as the client likes; what is told of them ends up in headers. */
const maxFields = 50;

/** Marks for the prompt cache stand on blocks, tools, messages and the body: they are one loss. */
const everywhere: ReadonlySet<string> = new Set(['cache_control']);

/** What a request says that the neutral form has no place for. */
export class RequestLosses extends Losses<string> {
  override drop(field: string): void {
    super.drop(this.#shown(field));
  }

  override refuse(field: string): void {
    super.refuse(this.#shown(field));
  }

  #shown(field: string): string {
    return this.size < maxFields || this.has(field) ? field : '(more)';
  }

  /** Notes every key that is not known and says something: answers that clients send back are full of `null`, `[]` and `{}`. */
  dropOthers(object: JsonObject, known: ReadonlySet<string>, prefix = ''): void {
    for (const key in object) {
      if (known.has(key) || saysNothing(object[key])) continue;
      if (everywhere.has(key)) this.drop(key);
      else this.drop(prefix + (showable.test(key) ? key : '(other)'));
    }
  }

  /** Refuses what stands at a place, with what it is: `tools[2].web_search` says more than `tools[2]`. */
  refuseAt(at: string, type: string): void {
    this.refuse(showable.test(type) ? `${at}.${type}` : at);
  }
}

function saysNothing(value: JsonValue | undefined): boolean {
  if (value === null || value === undefined) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}
