import { type HostileClient, hostileClient } from '../../kit/hostile-client.ts';

/** RFC 6455 §5.2 */
export const opcodes = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A client's frame: masked, as it must be, by a mask that changes nothing. */
export function frame(opcode: number, payload: string | Buffer): Buffer {
  const bytes = Buffer.from(payload);
  const { length } = bytes;
  const size = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...size, 0, 0, 0, 0]), bytes]);
}

/** The head that asks for a WebSocket. */
export function handshake(path: string, ...more: readonly string[]): string {
  const own = ['connection: Upgrade', 'upgrade: websocket', 'sec-websocket-version: 13', 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=='];
  return [`GET ${path} HTTP/1.1`, 'host: x', ...own, ...more].join('\r\n').concat('\r\n\r\n');
}

/** A client that writes its own bytes, and is in. */
export async function rawSocket(origin: string, path: string): Promise<HostileClient> {
  const client = await hostileClient(origin);
  client.say(handshake(`${new URL(origin).pathname}${path}`, 'authorization: Bearer gw_alice'));
  await client.hears('101 Switching Protocols');
  return client;
}
