import passport from 'passport';
import type { Strategy } from './options.ts';

export type StrategyOutcome =
  | { readonly kind: 'success'; readonly user: unknown; readonly info: unknown }
  /** The challenge, where the strategy has one in words. */
  | { readonly kind: 'fail'; readonly challenge: string | undefined }
  | { readonly kind: 'pass' };

/**
 * Runs a strategy for one request, without session. It reads the host app's request and writes to a stand-in of it; it has no response:
 * a redirect is a failure, for the login of browsers is the host app's. Rejects where it errs or throws, also later.
 */
export function runStrategy(strategy: Strategy, request: object): Promise<StrategyOutcome> {
  return new Promise((resolve, reject) => {
    const standIn = Object.create(request) as object;
    const response = { setHeader() {}, end: () => resolve({ kind: 'fail', challenge: undefined }) };
    const authenticate = new passport.Passport().authenticate(guarded(strategy), { session: false }, (error, user, info) => {
      if (error) reject(error);
      else if (user) resolve({ kind: 'success', user, info });
      else resolve({ kind: 'fail', challenge: challengeOf(info) });
    });
    authenticate(standIn, response, (error) => (error ? reject(error) : resolve({ kind: 'pass' })));
  });
}

/** A promise that a strategy forgot would end the host's process when it rejects, and the request would wait for ever. */
function guarded(strategy: Strategy): Strategy {
  const own = Object.create(strategy) as Strategy & { error(problem: unknown): void };
  own.authenticate = function authenticate(this: typeof own, request, options) {
    const failed = (problem: unknown): void => this.error(problem);
    try {
      const result = strategy.authenticate.call(this, request, options);
      if (result instanceof Promise) result.catch(failed);
    } catch (problem) {
      failed(problem);
    }
  };
  return own;
}

/** Of one strategy there is one; Passport gives lists of several. */
function challengeOf(info: unknown): string | undefined {
  const first: unknown = Array.isArray(info) ? info[0] : info;
  return typeof first === 'string' && /^[\x20-\x7e]{1,500}$/.test(first) ? first : undefined;
}
