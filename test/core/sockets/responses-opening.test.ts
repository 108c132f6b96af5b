import { describe, expect, it } from 'vitest';
import type { Limits } from '../../../core/src/config.ts';
import { openaiResponses } from '../../../core/src/dialects/openai-responses/openai-responses.ts';
import type { Exchange } from '../../../core/src/exchange.ts';
import { InProcessInbound } from '../../../core/src/in-process.ts';
import { systemClock } from '../../../core/src/services/clock.ts';
import { OpeningExchange } from '../../../core/src/sockets/opening.ts';
import { ResponsesOpening } from '../../../core/src/sockets/responses-opening.ts';
import { Router } from '../../../core/src/upstream/router.ts';
import { recordingLogger } from '../harness/recording-logger.ts';
import { ScriptedEngine } from './bridged.ts';
import { ScriptedSocket } from './scripted-socket.ts';

describe('ResponsesOpening', () => {
  it('asks no upstream until a message says which, and begins a session whose messages are exchanges of who opened it', async () => {
    const engine = new ScriptedEngine();
    const transport = { open: () => expect.unreachable() };
    const limits = { eventBytes: 1_000 } as Limits;
    const opening = new ResponsesOpening({ engine, transport, connectMs: 1, limits, maxQueued: 1, dialect: openaiResponses });
    const parts = { clock: systemClock(), logger: recordingLogger(), router: new Router([], {}) };
    const inbound = new InProcessInbound('GET', '/v1/responses', { authorization: 'Bearer gw_x' }, Buffer.alloc(0));
    const exchange = new OpeningExchange(parts, inbound, openaiResponses, opening);
    expect((await exchange.answer(async () => undefined)).status).toBe(101);
    const ran: Exchange[] = [];
    const client = new ScriptedSocket();
    opening.begin(client, exchange, { run: async (one) => void ran.push(one), onOver() {} });
    client.say({ type: 'response.create' });
    opening.abandon();
    expect(engine.dials).toEqual([]);
    expect(ran.map(({ inbound: { method, headers } }) => [method, headers.authorization])).toEqual([['POST', 'Bearer gw_x']]);
    expect(ran[0]?.carrier).toBeDefined();
    expect([client.closes, client.over]).toEqual([[], false]);
  });
});
