import type { JsonObject } from '../../../model/json.ts';
import type { Loss } from '../../../model/neutral.ts';

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

/** A client's own key may be anything: only what reads like a name is repeated in a header or a log. */
const showable = /^[\w.-]{1,64}$/;

/** Paths are as many as the client likes; what is told of them ends up in headers. */
const maxFields = 50;

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

  /** Notes every key with a value that is not known. */
  dropOthers(object: JsonObject, known: ReadonlySet<string>, prefix = ''): void {
    for (const key in object) {
      const value = object[key];
      if (value === null || value === undefined || known.has(key)) continue;
      this.drop(prefix + (showable.test(key) ? key : '(other)'));
    }
  }
}
