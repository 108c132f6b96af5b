import { jwt } from '@express-ai-gateway/auth-jwt';
import { introspection } from '@express-ai-gateway/auth-passport';
import { aiGateway, type Gateway, openaiCompatible } from '@express-ai-gateway/core';
import express, { type Express } from 'express';
import { apis, type IdentityProvider } from './identity-provider.ts';

/** An Express app whose gateway takes tokens of an identity provider: JWTs by its keys, others by asking it. */
export function makeApp(
  providerUrl: string,
  { issuer, gatewayClient }: IdentityProvider,
): { readonly app: Express; readonly gateway: Gateway } {
  const allowPrivate = true; // this identity provider is on loopback; leave it out for yours
  const gateway = aiGateway({
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
    ],
  });
  return { app: express().use('/ai', gateway), gateway };
}
