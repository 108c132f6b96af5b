import { gatewayError } from '../errors.ts';
import type { JsonValue } from '../model/json.ts';

// Checks of single request fields. Each throws GW_BAD_REQUEST naming the field, what was expected and what was received.
// Received values are described, not echoed: they may be anything a stranger typed.

export function badField(field: string, expected: string, received: JsonValue | undefined): never {
  throw gatewayError('GW_BAD_REQUEST', { details: { field, expected, received: describe(received) }, param: field });
}

export function requiredText(field: string, value: JsonValue | undefined): string {
  if (typeof value !== 'string' || value === '') badField(field, 'a non-empty string', value);
  return value;
}

export function optionalFlag(field: string, value: JsonValue | undefined): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') badField(field, 'true or false', value);
  return value;
}

/** A count that limits something: absent, or an integer that every JSON parser reads alike. */
export function optionalCount(field: string, value: JsonValue | undefined, max: number = Number.MAX_SAFE_INTEGER): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Number.isSafeInteger(value) || (value as number) < 0 || Object.is(value, -0) || (value as number) > max)
    badField(field, max === Number.MAX_SAFE_INTEGER ? 'a non-negative integer' : `an integer from 0 to ${max}`, value);
  return value as number;
}

/** A count that was checked before, or that another made; `undefined` for what is none. */
export function countIn(value: JsonValue | undefined): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

/** `1e400` parses to Infinity here and may be an error or a huge number elsewhere. */
export function finiteNumbers(body: Readonly<Record<string, JsonValue>>): void {
  for (const field in body) {
    const value = body[field];
    if (typeof value === 'number' && !Number.isFinite(value)) badField(field, 'a number that fits in 64 bits', value);
  }
}

export function describe(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return value === '' ? 'an empty string' : 'a string';
  return Array.isArray(value) ? `an array of ${value.length}` : 'an object';
}
