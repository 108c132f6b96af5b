import { describe, expect, it } from 'vitest';
import { InProcessInbound } from '../../../core/src/in-process.ts';
import { FrameInbound, openedBy } from '../../../core/src/sockets/frame-inbound.ts';

const handshake = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-key': 'k',
  'idempotency-key': 'once',
  'content-length': '0',
  'transfer-encoding': 'chunked',
  authorization: 'Bearer gw_x',
  'x-own': 'y',
};
const by = openedBy(new InProcessInbound('GET', '/v1/responses', handshake, Buffer.alloc(0)));

describe('openedBy', () => {
  it('keeps who asks, and nothing that only the handshake meant: an idempotency key would make all messages one', () => {
    expect(by.headers).toEqual({ authorization: 'Bearer gw_x', 'x-own': 'y', 'content-type': 'application/json' });
    expect(by.rawHeaders).toEqual(['authorization', 'Bearer gw_x', 'x-own', 'y', 'content-type', 'application/json']);
    expect(Object.isFrozen(by.headers)).toBe(true);
  });
});

describe('FrameInbound', () => {
  const inbound = new FrameInbound('POST', by, Buffer.from('12345'));

  it('refuses a message of more bytes than a body may have', async () => {
    await expect(inbound.readBody({ bytes: 4, ms: 1 })).rejects.toMatchObject({ code: 'GW_BODY_TOO_LARGE' });
    expect(String(await inbound.readBody({ bytes: 5, ms: 1 }))).toBe('12345');
  });

  it('comes from where the connection does', () => {
    expect(inbound).toMatchObject({ method: 'POST', path: '/v1/responses', query: '', headers: by.headers });
  });
});
