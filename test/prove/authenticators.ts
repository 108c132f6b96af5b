import { randomInt } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RequestHandler } from 'express';
import { Strategy as BearerStrategy } from 'passport-http-bearer';
import type { GatewayPlugin } from '../../core/src/define-plugin.ts';
import { provide } from '../../core/src/services/container.ts';
import { KeyStore, memoryKeyStore } from '../../core/src/services/key-store.ts';
import { jwt } from '../../plugins/auth-jwt/src/plugin.ts';
import { Digests } from '../../plugins/auth-keys/src/digests.ts';
import { newKey, newPublicId } from '../../plugins/auth-keys/src/key-text.ts';
import { apiKeys } from '../../plugins/auth-keys/src/plugin.ts';
import { hostUser } from '../../plugins/auth-passport/src/host-user.ts';
import { introspection } from '../../plugins/auth-passport/src/introspection.ts';
import { passportAuth } from '../../plugins/auth-passport/src/plugin.ts';
import { audience, issuer, rsa, token } from '../plugins/auth-jwt/support/tokens.ts';
import { requestWith, served } from './served.ts';
import { watched } from './watched.ts';

/** An authenticator, credentials that it knows, and what the host app does before it. */
interface Candidate {
  readonly name: string;
  readonly plugin: GatewayPlugin;
  readonly credentials: readonly string[];
  readonly keys?: KeyStore;
  readonly middleware?: readonly RequestHandler[];
}

export interface Cost {
  readonly name: string;
  /** Microseconds of its hook, from the call to the end of its promise, at the median. */
  readonly micros: number;
}

/** Few enough for each to come again while what is known of it is fresh: a key is looked up again after a second. */
const principals = 100;

/**
 * What every authenticator adds to a request whose credential it has seen before: its own hook, within real requests. They take turns, a gateway
 * and a connection each, so that none runs in code that is less warm than another's.
 */
export async function authenticatorCosts(samples: number): Promise<Cost[]> {
  const provider = await identityProvider();
  const all = await Promise.all((await candidates(provider.url)).map(started));
  for (let at = 0; at < samples; at += 1) for (const { ask, requests } of all) await ask(requests[randomInt(requests.length)] as Buffer);
  for (const { close } of all) await close();
  provider.close();
  return all.map(({ name, times }) => ({ name, micros: medianOf(times.slice(-samples / 2)) / 1_000 }));
}

async function started({ name, plugin, credentials, keys = memoryKeyStore(), middleware = [] }: Candidate) {
  const times: number[] = [];
  const { ask, close } = await served([watched(plugin, 'onRequest', (nanos) => times.push(nanos))], [provide(KeyStore, keys)], middleware);
  const requests = credentials.map(requestWith);
  for (const request of requests) if ((await ask(request)) !== 200) throw new Error(`${name} refused a credential of its own`);
  return { name, times, ask, requests, close };
}

function medianOf(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[times.length >> 1] as number;
}

async function candidates(introspectionUrl: string): Promise<Candidate[]> {
  const names = Array.from({ length: principals }, (_, at) => `user-${at}`);
  const known = new Set(names);
  const pepper = 'k3JtR8vQw1ZxYbN5mPaS7dFgH2uLcE9o';
  const digests = new Digests(pepper);
  const keys = memoryKeyStore();
  const ownKeys: string[] = [];
  for (const label of names) {
    const publicId = newPublicId();
    const key = newKey('live', publicId);
    ownKeys.push(key);
    await keys.add({ publicId, revision: 1, digest: digests.of(key).toString('base64url'), label, createdAt: 0 });
  }
  const publicKey = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string;
  const exp = Math.floor(Date.now() / 1_000) + 3_600;
  const bearer = new BearerStrategy((credential, done) => done(null, known.has(credential) && { id: credential }));
  const signedIn: RequestHandler = (req, _res, next) => {
    (req as { user?: unknown }).user = { id: req.headers.authorization?.slice(7) };
    next();
  };
  const introspected = introspection({
    url: introspectionUrl,
    clientId: 'x',
    clientSecret: 'y',
    audience: 'ai',
    allowPrivate: true,
    cacheSeconds: 60,
  });
  return [
    { name: 'apiKeys', plugin: apiKeys({ pepper }), credentials: ownKeys, keys },
    {
      name: 'jwt (RS256)',
      plugin: jwt({ issuers: [{ issuer, audience, algorithms: ['RS256'], publicKey }] }),
      credentials: names.map((sub) => token({ claims: { iss: issuer, aud: audience, sub, exp } })),
    },
    { name: 'introspection', plugin: introspected, credentials: names },
    {
      name: 'passportAuth (a bearer strategy)',
      plugin: passportAuth({ strategy: bearer, principal: (user) => user as { id: string } }),
      credentials: names,
    },
    { name: 'hostUser', plugin: hostUser(({ user }) => user as { id: string }), credentials: names, middleware: [signedIn] },
  ];
}

/** Says of every token that it is active. */
async function identityProvider(): Promise<{ url: string; close(): void }> {
  const server = createServer((req, res) => {
    let body = '';
    req.on('data', (chunk) => {
      body += chunk;
    });
    req.on('end', () => {
      const sub = new URLSearchParams(body).get('token');
      res.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify({ active: true, sub, aud: 'ai' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/introspect`, close: () => server.close() };
}
