// A real authorization server (oidc-provider) as a process of its own, which does for its parent what it is told.

import { startIdentityProvider } from '../../../../examples/oidc/src/identity-provider.ts';

const server = await startIdentityProvider({ tokenSeconds: Number(process.argv[2]) });

process.on('message', ({ id, action, argument }: { id: number; action: 'token' | 'revoke'; argument: never }) => {
  server[action](argument).then(
    (result) => process.send?.({ id, result }),
    (error: Error) => process.send?.({ id, error: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.({ issuer: server.issuer, gatewayClient: server.gatewayClient });
