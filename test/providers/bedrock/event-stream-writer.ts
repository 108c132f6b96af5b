import { crc32 } from 'node:zlib';

// AWS's framing, written by its description alone: the reader's tests must not share its mistakes.

/** One message; every header is a text. */
export function streamMessage(headers: Readonly<Record<string, string>>, payload: string | Buffer): Buffer {
  const fields = Buffer.concat(Object.entries(headers).map(([name, value]) => textHeader(name, value)));
  return framed(fields, Buffer.from(payload));
}

/** A message around headers that are bytes already. */
export function framed(headers: Buffer, payload: Buffer): Buffer {
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(12 + headers.length + payload.length + 4, 0);
  prelude.writeUInt32BE(headers.length, 4);
  const checked = Buffer.concat([prelude, checksum(prelude), headers, payload]);
  return Buffer.concat([checked, checksum(checked)]);
}

export function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes), 0);
  return sum;
}

function textHeader(name: string, value: string): Buffer {
  const text = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length, 0);
  return Buffer.concat([Buffer.from([Buffer.byteLength(name)]), Buffer.from(name), Buffer.from([7]), length, text]);
}

export function converseEvent(type: string, json: object): Buffer {
  const headers = { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' };
  return streamMessage(headers, JSON.stringify({ ...json, p: 'abcdefgh' }));
}

/** An event of the model's own format, as Invoke streams it. */
export function chunkEvent(json: object | string): Buffer {
  const bytes = Buffer.from(typeof json === 'string' ? json : JSON.stringify(json)).toString('base64');
  return converseEvent('chunk', { bytes });
}

export function exceptionMessage(type: string, message: string): Buffer {
  const headers = { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' };
  return streamMessage(headers, JSON.stringify({ message }));
}
