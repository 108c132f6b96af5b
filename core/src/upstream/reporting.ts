import type { Exchange } from '../exchange.ts';
import type { GatewayResponse } from '../model/response.ts';
import type { Travel } from './along-targets.ts';

/** Sends an exchange along its targets, and tells the client who answered and how many tries it took. */
export function reporting(travel: Travel): (exchange: Exchange) => Promise<GatewayResponse> {
  return async (exchange) => {
    const response = await travel({ exchange, targets: exchange.targets, scope: exchange, kind: 'first' });
    // Made by `send` for this exchange alone.
    response.headers['x-gateway-target'] = response.target?.id ?? '';
    response.headers['x-gateway-attempts'] = String(exchange.attemptCount);
    return response;
  };
}
