import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

export interface IdentityProvider {
  /** What stands in `iss`; discovery, keys and tokens are below it. */
  readonly issuer: string;
  /** A client that calls the gateway, and the gateway itself, which asks about opaque tokens. Their secrets are of this start alone. */
  readonly caller: Client;
  readonly gatewayClient: Client;
  /** The app as a website: people sign in to it here. Any port of loopback may be its own. */
  readonly website: Client;
  /** A token for the caller, by its own credential (OAuth 2.0, client credentials). */
  token(options?: TokenOptions): Promise<string>;
  revoke(token: string): Promise<void>;
  close(): Promise<void>;
}

export interface TokenOptions {
  /** Which API it is for. */
  readonly resource?: string;
  readonly scope?: string;
}

/** APIs that tokens are for: of ours as JWTs, of ours as opaque texts, and of somebody else. */
export const apis = { jwt: 'https://ai.example/jwt', opaque: 'https://ai.example/opaque', other: 'https://other.example/' } as const;

export interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** An authorization server on loopback. Yours is Keycloak, Entra, Okta, Auth0 or the like: the gateway needs its URLs alone. */
export async function startIdentityProvider({ tokenSeconds = 600 } = {}): Promise<IdentityProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients = { caller: newClient('nightly-report'), gatewayClient: newClient('ai-gateway'), website: newClient('website') };
  const { caller } = clients;
  server.on('request', new Provider(issuer, configuration(clients, tokenSeconds)).callback());

  async function post(path: string, fields: Record<string, string>): Promise<Response> {
    const authorization = `Basic ${Buffer.from(`${caller.clientId}:${caller.clientSecret}`).toString('base64')}`;
    const answer = await fetch(`${issuer}${path}`, { method: 'POST', headers: { authorization }, body: new URLSearchParams(fields) });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer;
  }

  return {
    issuer,
    ...clients,
    async token({ resource = apis.jwt, scope = 'chat' } = {}) {
      const answer = await post('/token', { grant_type: 'client_credentials', resource, scope });
      return ((await answer.json()) as { access_token: string }).access_token;
    },
    revoke: async (token) => void (await post('/token/revocation', { token })),
    close: () => closed(server),
  };
}

function newClient(clientId: string): Client {
  return { clientId, clientSecret: randomBytes(32).toString('base64url') };
}

function configuration(
  { website, ...services }: Pick<IdentityProvider, 'caller' | 'gatewayClient' | 'website'>,
  tokenSeconds: number,
): object {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const service = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] };
  const site = {
    application_type: 'native',
    grant_types: ['authorization_code'],
    redirect_uris: ['http://127.0.0.1/callback'],
    response_types: ['code'],
  };
  return {
    clients: [...Object.values(services).map((one) => ({ ...service, ...credentialOf(one) })), { ...site, ...credentialOf(website) }],
    pkce: { required: () => true },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    scopes: ['chat', 'embed'],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] },
    features: {
      devInteractions: { enabled: true }, // pages that let anybody sign in as anybody: it is an example
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: { enabled: true, getResourceServerInfo: (_context: unknown, resource: string) => api(resource, tokenSeconds) },
    },
    ttl: { ClientCredentials: tokenSeconds },
  };
}

function credentialOf({ clientId, clientSecret }: Client): object {
  return { client_id: clientId, client_secret: clientSecret };
}

function api(resource: string, accessTokenTTL: number): object {
  const format = resource === apis.opaque ? 'opaque' : 'jwt';
  return { audience: resource, scope: 'chat embed', accessTokenTTL, accessTokenFormat: format, jwt: { sign: { alg: 'RS256' } } };
}

async function closed(server: Server): Promise<void> {
  const over = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await over;
}
