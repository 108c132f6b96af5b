import type { Principal } from '@express-ai-gateway/core/plugin';
import type { Claims } from './claims.ts';
import type { Issuer } from './options.ts';
import { Unfit } from './refusals.ts';

const texts = ['tenant', 'app', 'user', 'plan'] as const;

/** Who a token is of, by the mapping of its issuer. Throws `Unfit` for a claim of another kind, or a required one that is missing. */
export function principalOf(claims: Claims, { issuer, claims: mapping, required, kind, idPrefix = `${issuer}#` }: Issuer): Principal {
  const id = text(claims, mapping.id);
  if (id === undefined) throw new Unfit(`it has no ${mapping.id}`);
  const who: Record<string, unknown> = { id: idPrefix + id, kind };
  for (const field of texts) set(who, field, mapping[field] && text(claims, mapping[field]));
  set(who, 'scopes', mapping.scopes && list(claims, mapping.scopes));
  set(who, 'models', mapping.models && list(claims, mapping.models));
  if (mapping.metadata !== undefined) {
    const entries = Object.entries(mapping.metadata).flatMap(([name, path]) => {
      const value = metadata(claims, path);
      return value === undefined ? [] : [[name, value] as const];
    });
    if (entries.length > 0) who.metadata = Object.fromEntries(entries);
  }
  for (const field of required) if (who[field] === undefined) throw new Unfit(`it has no ${mapping[field] ?? field}`);
  return who as unknown as Principal;
}

function set(who: Record<string, unknown>, field: string, value: unknown): void {
  if (value !== undefined && value !== '') who[field] = value;
}

function text(claims: Claims, path: string): string | undefined {
  const value = at(claims, path);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value === '' || value.length > 500) throw new Unfit(`its ${path} is no text`);
  return value;
}

function list(claims: Claims, path: string): readonly string[] | undefined {
  const value = at(claims, path);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value.split(' ').filter((one) => one !== '');
  if (Array.isArray(value) && value.length <= 1_000 && value.every((one) => typeof one === 'string')) return value;
  throw new Unfit(`its ${path} is no list of texts`);
}

function metadata(claims: Claims, path: string): string | undefined {
  const value = at(claims, path);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'object') throw new Unfit(`its ${path} is no text`);
  return String(value).slice(0, 500);
}

/** A claim of this very name (`https://my.app/tenant`), or a path into objects. */
function at(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Claims)[step];
  }
  return value;
}
