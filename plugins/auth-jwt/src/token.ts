import { readJson } from '@express-ai-gateway/core/plugin';

/** A token as it says it is. Nothing of it is believed yet. */
export interface ReadToken {
  readonly header: Readonly<Record<string, unknown>> & { readonly alg: string };
  /** Of which nothing but `iss` may be looked at before the signature was. */
  readonly issuer: unknown;
}

/** Characters of a token. What identity providers make has a tenth of it. */
const maxLength = 16_384;

const shape = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** Whether a credential may be a token, at a glance. */
export function isTokenLike(credential: string): boolean {
  return credential.length <= maxLength && credential.startsWith('e') && shape.test(credential);
}

/**
 * What a token says of itself; `undefined` for what is none: its header is no JSON object with `alg`. A name that comes twice in either
 * part makes it none that can be believed: `twice`.
 */
export function readToken(token: string): ReadToken | 'twice' | undefined {
  const [head = '', body = ''] = token.split('.');
  const header = part(head);
  if (header === 'twice') return 'twice';
  if (header === undefined || typeof header.alg !== 'string') return undefined;
  const payload = part(body);
  if (payload === 'twice') return 'twice';
  return { header: header as ReadToken['header'], issuer: payload?.iss };
}

function part(text: string): Record<string, unknown> | 'twice' | undefined {
  try {
    const value = readJson(Buffer.from(text, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    return (error as { readonly code?: unknown }).code === 'GW_DUPLICATE_KEY' ? 'twice' : undefined;
  }
}
