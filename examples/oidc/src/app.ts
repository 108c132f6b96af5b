import { jwt } from '@express-ai-gateway/auth-jwt';
import { hostUser, introspection } from '@express-ai-gateway/auth-passport';
import { aiGateway, type Gateway, openaiCompatible } from '@express-ai-gateway/core';
import express, { type Express, type Request } from 'express';
import { apis, type IdentityProvider } from './identity-provider.ts';
import { signIn } from './sign-in.ts';

export interface App {
  readonly app: Express;
  readonly gateway: Gateway;
}

/** A gateway for everybody whom an identity provider knows: services by their tokens, JWTs or opaque ones, and people by the app's own session. */
export function makeGateway(providerUrl: string, { issuer, gatewayClient }: IdentityProvider): Gateway {
  const allowPrivate = true; // this identity provider is on loopback; leave it out for yours
  return aiGateway({
    providers: [openaiCompatible({ name: 'simulated', baseUrl: providerUrl })],
    models: { chat: 'simulated/chat' },
    plugins: [
      jwt({
        issuers: [
          {
            issuer,
            audience: apis.jwt,
            algorithms: ['RS256'],
            jwks: { url: `${issuer}/jwks`, allowPrivate },
            kind: 'service',
            claims: { id: 'client_id', scopes: 'scope' },
            skewSeconds: 0,
          },
        ],
        requiredScopes: { '/v1/chat/*': ['chat'] },
      }),
      introspection({ url: `${issuer}/token/introspection`, ...gatewayClient, audience: apis.opaque, cacheSeconds: 1, allowPrivate }),
      hostUser((req) => {
        const { person } = (req as unknown as Request).session;
        return person && { id: `${issuer}#${person.id}`, scopes: ['chat'] };
      }),
    ],
  });
}

export async function makeApp(appUrl: string, providerUrl: string, identityProvider: IdentityProvider): Promise<App> {
  const gateway = makeGateway(providerUrl, identityProvider);
  const app = express();
  app.use(await signIn(appUrl, identityProvider));
  app.get('/', (req, res) => {
    res.json({ signedInAs: req.session.person?.id ?? null });
  });
  app.use('/ai', gateway);
  return { app, gateway };
}
