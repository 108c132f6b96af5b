import type { Exchange } from './exchange.ts';
import type { ResponseHeaders } from './model/headers.ts';

/** The head of an answer, as names and values in turn. */
export function headList(exchange: Exchange, headers: ResponseHeaders, contentType: string, length: number | undefined): string[] {
  const list = ['content-type', contentType, 'x-request-id', exchange.id];
  if (length === undefined) list.push('cache-control', 'no-cache, no-transform', 'x-accel-buffering', 'no');
  else list.push('content-length', String(length));
  // A body that was not read to its end leaves the connection in the middle of nowhere.
  if (exchange.error?.code === 'GW_BODY_TOO_LARGE' || exchange.error?.code === 'GW_BODY_TIMEOUT') list.push('connection', 'close');
  for (const name in headers) if (!owned.has(name.toLowerCase())) list.push(name, headers[name] as string);
  if (exchange.headers !== undefined) for (const [name, value] of exchange.headers) if (!owned.has(name)) list.push(name, value);
  return list;
}

/** Framing is the gateway's own. */
const owned: ReadonlySet<string> = new Set(['content-type', 'content-length', 'transfer-encoding', 'connection', 'x-request-id']);
