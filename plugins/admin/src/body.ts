import type { IncomingMessage } from 'node:http';
import { readJson } from '@express-ai-gateway/core/plugin';
import { refusal } from './answers.ts';

const maxBytes = 64 * 1024;

/** Of a body to arrive. Milliseconds. */
const arriveMs = 10_000;

/** The JSON of a request's body, `undefined` without one; what the host's own parser read of it where there is one. */
export async function bodyOf(req: IncomingMessage & { readonly body?: unknown }): Promise<unknown> {
  const { 'content-type': type, 'content-length': length, 'transfer-encoding': encoding } = req.headers;
  if (encoding === undefined && (length === undefined || length === '0')) return undefined;
  const bytes = req.readableEnded ? undefined : await received(req);
  if (bytes === undefined) return req.body;
  if (bytes.length === 0) return undefined;
  if (type === undefined || !/^application\/json *(?:; *charset=(?:utf-8|"utf-8") *)?$/i.test(type)) throw refusal('ADMIN_NOT_JSON');
  return readJson(bytes.toString('utf8'));
}

function received(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => reject(refusal('ADMIN_SLOW')), arriveMs);
    const over = (): void => {
      clearTimeout(timer);
      req.off('data', take);
      req.resume();
    };
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else {
        over();
        reject(refusal('ADMIN_TOO_LARGE'));
      }
    };
    req.on('data', take);
    req.once('end', () => {
      over();
      resolve(Buffer.concat(chunks));
    });
    req.once('close', () => {
      over();
      reject(refusal('ADMIN_SLOW'));
    });
  });
}
