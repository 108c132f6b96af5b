import {
  definePlugin,
  type GatewayPlugin,
  type HostRequest,
  hostRequest,
  parseOptions,
  principal,
  z,
} from '@express-ai-gateway/core/plugin';
import { checkedPrincipal, type FoundPrincipal } from './found-principal.ts';
import { beforeOthers } from './plugin.ts';
import { refusal } from './refusals.ts';

const originRule = 'an origin such as https://my.app';

const hostUserOptions = z.strictObject({
  /** Origins of pages that may ask in the name of a user, besides the app's own. */
  origins: z
    .array(z.string({ error: originRule }).refine((text) => URL.canParse(text) && new URL(text).origin === text, { error: originRule }))
    .default([]),
  /** Milliseconds that finding the user may take. */
  timeoutMs: z.int().min(1).max(60_000).default(5_000),
});

export type HostUserOptions = z.input<typeof hostUserOptions>;

/** Who a request of the host app is of; nobody: `undefined` or `null`. */
export type FindUser = (request: HostRequest) => FoundPrincipal | undefined | null | Promise<FoundPrincipal | undefined | null>;

/**
 * Lets in whom the host app knows already: by its session, `req.user`, a client certificate, a header of its own single sign-on. Cookies come
 * with whatever a page of anybody's asks for, so pages of other origins are refused unless they are listed.
 */
export function hostUser(find: FindUser, options: HostUserOptions = {}): GatewayPlugin {
  if (typeof find !== 'function')
    throw new TypeError(`hostUser: expected a function that finds the user of a request, received ${typeof find}`);
  const { origins, timeoutMs } = parseOptions('hostUser()', hostUserOptions, options);
  return definePlugin({
    name: 'auth-host-user',
    provides: [principal],
    before: beforeOthers,
    timeoutMs,
    create: () => ({
      async onRequest(context) {
        const request = hostRequest(context);
        const found = request === undefined ? undefined : await find(request);
        if (request === undefined || found === undefined || found === null) return;
        if (!mayAsk(request, origins)) throw refusal('FORBIDDEN_ORIGIN');
        context.set(principal, checkedPrincipal(found, 'hostUser'));
      },
      explain: () => 'lets in whom the host app knows',
    }),
  })();
}

/** Pages of the app itself, of the origins that are listed, and whatever is no page. */
function mayAsk({ headers }: HostRequest, origins: readonly string[]): boolean {
  const { origin, host } = headers;
  if (origin !== undefined) return origins.includes(origin) || (URL.canParse(origin) && new URL(origin).host === host);
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || site === 'none';
}
