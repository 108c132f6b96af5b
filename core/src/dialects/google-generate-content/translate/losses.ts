import type { JsonObject, JsonPath } from '../../../model/json.ts';
import type { Loss } from '../../../model/neutral.ts';
import { fieldKey } from '../../google-fields.ts';

/** Collects what could not be kept: each field once, with the graver level. */
export class Losses<Field extends string> {
  readonly #levels = new Map<Field, Loss['level']>();

  drop(field: Field): void {
    if (!this.#levels.has(field)) this.#levels.set(field, 'drop');
  }

  refuse(field: Field): void {
    this.#levels.set(field, 'refuse');
  }

  list(): { readonly field: Field; readonly level: Loss['level'] }[] {
    return Array.from(this.#levels, ([field, level]) => ({ field, level }));
  }
}

/** A client's own key may be anything: only what reads like a name is repeated in a header or a log. */
const showable = /^[\w.-]{1,64}$/;

/** What a request says that the neutral form has no place for. */
export class RequestLosses extends Losses<string> {
  /** Notes every key with a value, but for the fields that are known, in either spelling. */
  dropOthers(object: JsonObject, known: readonly string[], prefix = ''): void {
    const keys = new Set(known.map((name) => fieldKey(object, name)));
    for (const key of Object.keys(object))
      if (object[key] !== null && !keys.has(key)) this.drop(prefix + (showable.test(key) ? key : '(other)'));
  }
}

/** A place as messages name it: `contents[2].parts[0]`. */
export function placeName(path: JsonPath): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}
