import { GatewayError } from './errors.ts';
import { starPatterns } from './star-patterns.ts';

/** Which scopes a caller needs where: `{ 'POST /v1/embeddings': ['embed'], '/v1/*': ['chat'] }`. */
export type ScopeRules = Readonly<Record<string, readonly string[]>>;

interface Rule {
  readonly fits: (method: string, path: string) => boolean;
  readonly scopes: readonly string[];
}

/** An endpoint as rules name it: a path below the mount, with `*` for any characters, and a method before it where only that is meant. */
export const endpointPattern: RegExp = /^(?:(?:GET|POST|PUT|PATCH|DELETE) )?\/[\w\-.~:/*]*$/;

/** Whether a request is one of these endpoints. Made once, at configuration. */
export function endpointPatterns(patterns: readonly string[]): (method: string, path: string) => boolean {
  const anyMethod = starPatterns(patterns.filter((pattern) => pattern.startsWith('/')));
  const oneMethod = starPatterns(patterns.filter((pattern) => !pattern.startsWith('/')));
  return (method, path) => anyMethod(path) || oneMethod(`${method === 'HEAD' ? 'GET' : method} ${path}`);
}

/**
 * A check of the scopes that a caller has against those that an endpoint needs: of every rule that fits, all. Throws a 403 (RFC 6750
 * §3.1) that names what is missing.
 */
export function requiredScopes(rules: ScopeRules): (method: string, path: string, scopes: readonly string[] | undefined) => void {
  const compiled: readonly Rule[] = Object.entries(rules).map(([pattern, scopes]) => ({ fits: endpointPatterns([pattern]), scopes }));
  return (method, path, scopes = []) => {
    for (const rule of compiled) {
      if (!rule.fits(method, path)) continue;
      const missing = rule.scopes.filter((scope) => !scopes.includes(scope));
      if (missing.length > 0) throw insufficientScope(missing);
    }
  };
}

function insufficientScope(missing: readonly string[]): GatewayError {
  const names = missing.join(', ');
  return new GatewayError({
    status: 403,
    code: 'INSUFFICIENT_SCOPE',
    message: `This credential lacks the scope ${names}, which this endpoint needs. Ask its operator for a credential that has it.`,
    headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${missing.join(' ')}"` },
  });
}
