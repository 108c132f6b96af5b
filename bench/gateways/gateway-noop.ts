// This gateway with so many plugins that do nothing, each with every hook of an exchange. The second argument says how many.

import { definePlugin, type GatewayPlugin } from '@express-ai-gateway/core/plugin';
import { serve } from '../probe.ts';
import { gatewayServer } from './gateway-app.ts';

serve(gatewayServer(Array.from({ length: Number(process.argv[3]) }, (_, index) => noop(index))));

function noop(index: number): GatewayPlugin {
  return definePlugin({
    name: `noop-${index}`,
    create: () => ({ onRequest() {}, beforeRoute() {}, afterResponse() {} }),
  })();
}
