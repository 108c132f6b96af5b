import { definePlugin } from '../../../../core/src/define-plugin.ts';
import type { Principal } from '../../../../core/src/model/principal.ts';
import { Clock } from '../../../../core/src/services/clock.ts';
import { provide } from '../../../../core/src/services/container.ts';
import { principal } from '../../../../core/src/slot.ts';
import type { JwtOptions } from '../../../../plugins/auth-jwt/src/options.ts';
import { jwt } from '../../../../plugins/auth-jwt/src/plugin.ts';
import { listening, running, upstream } from '../../../core/harness/loopback.ts';
import { manualClock } from '../../../core/harness/manual-clock.ts';
import { audience, issuer, jwk, now, rsa } from './tokens.ts';

/** An identity provider's key set, over HTTP. */
export async function keyServer() {
  const state = { keys: [jwk(rsa.publicKey, { kid: 'one' })] as unknown, status: 200, fetches: 0, body: undefined as string | undefined };
  const server = await listening((_req, res) => {
    state.fetches += 1;
    res.writeHead(state.status, { 'content-type': 'application/json' }).end(state.body ?? JSON.stringify({ keys: state.keys }));
  });
  return Object.assign(state, { url: `${server.url}/jwks.json`, server });
}

type IssuerOptions = JwtOptions['issuers'][number];

/** A gateway that takes tokens of one issuer, whose key is given or fetched. */
export async function gateway(own: Partial<IssuerOptions> = {}, more: Partial<JwtOptions> = {}) {
  const up = await upstream();
  const clock = manualClock(now * 1_000);
  const seen: (Principal | undefined)[] = [];
  const looking = definePlugin({ name: 'looking', create: () => ({ beforeRoute: (context) => void seen.push(context.get(principal)) }) })();
  const given = 'jwks' in own || 'secret' in own ? {} : { publicKey: rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string };
  const options = { issuer, audience, algorithms: ['RS256'], skewSeconds: 60, ...given, ...own } as IssuerOptions;
  const run = await running(up.url, {
    plugins: [jwt({ issuers: [options], ...more }), looking],
    allowAnonymous: false,
    services: [provide(Clock, clock)],
  });
  const asked = async (token: string) => run.chat({}, { headers: { authorization: `Bearer ${token}` } });
  const status = async (token: string) => (await asked(token)).status;
  return { ...run, up, clock, seen, asked, status };
}
