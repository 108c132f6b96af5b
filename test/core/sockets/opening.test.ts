import { describe, expect, it } from 'vitest';
import { BytesBody } from '../../../core/src/dialects/json-body.ts';
import { openaiRealtime } from '../../../core/src/dialects/openai-realtime/openai-realtime.ts';
import { gatewayError } from '../../../core/src/errors.ts';
import { InProcessInbound } from '../../../core/src/in-process.ts';
import type { GatewayResponse } from '../../../core/src/model/response.ts';
import { systemClock } from '../../../core/src/services/clock.ts';
import { type Opening, OpeningExchange } from '../../../core/src/sockets/opening.ts';
import { Router } from '../../../core/src/upstream/router.ts';
import { recordingLogger } from '../harness/recording-logger.ts';

function made(prepare: Opening['prepare']): OpeningExchange {
  const parts = { clock: systemClock(), logger: recordingLogger(), router: new Router([], {}) };
  const inbound = new InProcessInbound('GET', '/v1/realtime', {}, Buffer.alloc(0));
  const opening = { prepare, begin: () => ({ close() {}, cut() {} }), abandon() {} };
  return new OpeningExchange(parts, inbound, openaiRealtime, opening);
}

describe('OpeningExchange', () => {
  it('lets nobody in before everything is there', async () => {
    const refused = gatewayError('GW_UPSTREAM_UNREACHABLE');
    await expect(made(() => Promise.reject(refused)).answer(async () => undefined)).rejects.toBe(refused);
  });

  it('is answered by a plugin that answers before', async () => {
    const answer: GatewayResponse = { status: 403, headers: {}, source: 'gateway', body: new BytesBody(Buffer.alloc(0)) };
    expect(await made((_exchange, beforeRoute) => beforeRoute()).answer(async () => answer)).toBe(answer);
  });

  it('is answered by the switch of protocols, without a body', async () => {
    const { status, body } = await made(async () => undefined).answer(async () => undefined);
    expect(status).toBe(101);
    expect(body.kind === 'json' && body.bytes().length).toBe(0);
  });
});
