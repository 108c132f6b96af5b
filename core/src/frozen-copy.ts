/**
 * A copy of plain data (texts, numbers, lists, objects written down) that nobody can change: the original stays its
 * owner's, to change as they like. Anything else is refused by its place, for a copy of a Date, a Map or a document of an
 * ORM would be something else, and freezing it would not keep it from changing.
 */
export function frozenCopy<T>(value: T, place: string): T {
  if (made.has(value as object)) return value;
  const copy = copied(value, place, []);
  if (typeof copy === 'object' && copy !== null) made.add(copy);
  return copy as T;
}

/** Copies need no copy. */
const made = new WeakSet<object>();

/** `above`: the objects that this value stands in. */
function copied(value: unknown, place: string, above: readonly object[]): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') return refuse(place, `a ${typeof value}`);
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return refuse(place, 'an object that holds itself');
  const inside = [...above, value];
  if (Array.isArray(value)) return Object.freeze(Array.from(value, (member, index) => copied(member, `${place}[${index}]`, inside)));
  if (!isPlain(value)) return refuse(place, `an object of the class ${nameOfClass(value)}`);
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copied(member, `${place}.${key}`, inside)])));
}

/** Written down, or without prototype; of another realm, too. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function nameOfClass(value: object): string {
  const maker = value.constructor as unknown;
  return typeof maker === 'function' && maker.name !== '' ? maker.name : 'of no name';
}

function refuse(place: string, received: string): never {
  throw new TypeError(`${place}: expected plain data (texts, numbers, lists, objects), received ${received}`);
}
