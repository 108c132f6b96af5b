import {
  AdminRoutes,
  Clock,
  definePlugin,
  KeyStore,
  Logger,
  type Principal,
  presentedCredential,
  principal,
  type RequestContext,
  requiredScopes,
} from '@express-ai-gateway/core/plugin';
import { Digests } from './digests.ts';
import { type Claim, KeyRing } from './key-ring.ts';
import { isKeyLike, readKey } from './key-text.ts';
import type { KnownKey } from './known-key.ts';
import { keyManager } from './manager.ts';
import { addKeyOperations } from './operations.ts';
import { apiKeysOptions } from './options.ts';
import { refusal, restricted } from './refusals.ts';
import { Uses } from './uses.ts';

/** What refusing a key takes at least, in this process. Milliseconds. */
const refusalMs = 0.03;

/**
 * Looking for a key that is there and for one that is not differ by some hundred nanoseconds, which a patient caller could measure: all
 * refusals end at the same time (AUTH-11). A timer would be a thousand times too coarse.
 */
function passTime(startedAt: number): void {
  while (performance.now() - startedAt < refusalMs);
}

/** Lets in who shows an API key of this gateway. Keys are made, rotated, restricted and revoked on the admin plane, or by the command line. */
export const apiKeys = definePlugin({
  name: 'auth-keys',
  options: apiKeysOptions,
  requires: [KeyStore, Clock, Logger, AdminRoutes],
  provides: [principal],
  before: ['rate-limit', 'redaction', 'guardrails', 'prompt-optimizer', 'routing', 'budget', 'cache'],
  create(options, { keys: store, clock, logger, adminRoutes }) {
    const digests = new Digests(options.pepper);
    const { environment, freshMs, staleMs, maxRemembered, usedEveryMs } = options;
    const ring = new KeyRing({ store, clock, logger, freshMs, staleMs, maxRemembered });
    const uses = new Uses({ store, clock, logger, everyMs: usedEveryMs, max: maxRemembered });
    const checkScopes = requiredScopes(options.requiredScopes);
    addKeyOperations(adminRoutes, keyManager({ store, digests, environment, now: () => clock.now() }));

    /** The right key in the right time, used for what it is for. */
    function letIn(context: RequestContext, key: KnownKey): void {
      const now = clock.now();
      if (key.revoked) throw refusal('KEY_REVOKED');
      if (key.expired(now)) throw refusal('KEY_EXPIRED');
      const problem = key.check(context, now);
      if (problem !== undefined) throw restricted(problem);
      checkScopes(context.method, context.path, key.principal.scopes);
      context.set(principal, key.principal);
      key.principal = context.get(principal) as Principal;
      uses.note(key.stored.publicId, now);
    }

    /** Whoever is not let in by what is known already, is judged by what the store says now: a key may be new, or newly rotated. */
    async function byStore(context: RequestContext, claim: Claim, startedAt: number): Promise<void> {
      const key = await ring.read(claim);
      if (key === undefined) {
        passTime(startedAt);
        throw refusal('KEY_INVALID');
      }
      letIn(context, key);
    }

    return {
      onRequest(context) {
        const presented = presentedCredential(context.headers);
        if (presented === undefined || !isKeyLike(presented)) return undefined;
        const startedAt = performance.now();
        const text = readKey(presented);
        const digest = digests.of(presented);
        // What is no key of ours is asked for like one, under an id that nobody has: it takes as long (AUTH-11).
        const publicId = text?.environment === environment ? text.publicId : digest.toString('hex', 0, 8);
        const key = ring.fresh(digest);
        if (key?.isOf(digest, clock.now()) !== true) return byStore(context, { publicId, digest }, startedAt);
        letIn(context, key);
        return undefined;
      },
      dispose: () => uses.flush(),
      explain: () => 'lets in who shows an API key of this gateway',
    };
  },
});
