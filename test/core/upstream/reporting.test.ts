import { describe, expect, it } from 'vitest';
import { gatewayError } from '../../../core/src/errors.ts';
import type { GatewayResponse } from '../../../core/src/model/response.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { reporting } from '../../../core/src/upstream/reporting.ts';
import { madeExchange } from './made-exchange.ts';

const providers = ['first', 'second'].map((name) => openaiCompatible({ name, baseUrl: 'http://127.0.0.1:9/v1' }));

function answer(target?: GatewayResponse['target']): GatewayResponse {
  return { status: 200, headers: {}, source: 'upstream', target, body: { kind: 'json' } } as unknown as GatewayResponse;
}

describe('reporting', () => {
  it('sends the exchange along all of its targets, and says who answered and after how many attempts', async () => {
    const { exchange } = madeExchange(providers);
    const journeys: unknown[] = [];
    const response = await reporting(async (journey) => {
      journeys.push(journey);
      exchange.attemptCount = 3;
      return answer(exchange.targets[1]);
    })(exchange);
    expect(journeys).toEqual([{ exchange, targets: exchange.targets, scope: exchange, kind: 'first' }]);
    expect(response.headers).toEqual({ 'x-gateway-target': 'second/m', 'x-gateway-attempts': '3' });
  });

  it('lets a failure pass', async () => {
    const { exchange } = madeExchange(providers);
    const error = gatewayError('GW_UPSTREAM_ERROR');
    await expect(reporting(() => Promise.reject(error))(exchange)).rejects.toBe(error);
  });
});
