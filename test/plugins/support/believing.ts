import { definePlugin, type GatewayPlugin } from '../../../core/src/define-plugin.ts';
import { gatewayError } from '../../../core/src/errors.ts';
import type { Principal } from '../../../core/src/model/principal.ts';
import { principal } from '../../../core/src/slot.ts';

/** Believes whoever says who he is: the header `x-who` is the principal. */
export const believing: GatewayPlugin = definePlugin({
  name: 'believing',
  provides: [principal],
  create: () => ({
    onRequest(context) {
      const said = context.headers['x-who'];
      if (typeof said !== 'string') throw gatewayError('GW_UNAUTHENTICATED');
      context.set(principal, JSON.parse(said) as Principal);
    },
  }),
})();
