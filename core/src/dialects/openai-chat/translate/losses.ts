import type { JsonObject } from '../../../model/json.ts';
import type { Loss } from '../../../model/neutral.ts';

/** A client's own key may be anything: only what reads like a name is repeated in a header or a log. */
const showable = /^[\w.-]{1,64}$/;

/** Collects what a request says that the neutral form has no place for: each field once, with the graver level. */
export class LossNotes {
  readonly #levels = new Map<string, Loss['level']>();

  drop(field: string): void {
    if (!this.#levels.has(field)) this.#levels.set(field, 'drop');
  }

  refuse(field: string): void {
    this.#levels.set(field, 'refuse');
  }

  /** Notes every key with a value that is not known. */
  dropOthers(object: JsonObject, known: ReadonlySet<string>, prefix = ''): void {
    for (const key in object) {
      const value = object[key];
      if (value === null || value === undefined || known.has(key)) continue;
      this.drop(prefix + (showable.test(key) ? key : '(other)'));
    }
  }

  list(): Loss[] {
    return Array.from(this.#levels, ([field, level]) => ({ field, level }));
  }
}
