import type { Exchange } from './exchange.ts';
import type { ResponseHeaders } from './model/headers.ts';

/** The head of an answer, as names and values in turn. Each name once: a plugin's word counts before the answer's own. */
export function headList(exchange: Exchange, headers: ResponseHeaders, contentType: string, length: number | undefined): string[] {
  return headOf(exchange, headers, contentType, length, length === undefined);
}

/** The same for an answer that is carried: its length may be unknown although it is no stream of events. */
export function opaqueHeadList(
  exchange: Exchange,
  headers: ResponseHeaders,
  contentType: string | undefined,
  length: number | undefined,
): string[] {
  return headOf(exchange, headers, contentType, length, /^text\/event-stream\b/i.test(contentType ?? ''));
}

function headOf(
  exchange: Exchange,
  headers: ResponseHeaders,
  contentType: string | undefined,
  length: number | undefined,
  events: boolean,
): string[] {
  const list = contentType === undefined ? ['x-request-id', exchange.id] : ['content-type', contentType, 'x-request-id', exchange.id];
  const { requestIdHeader } = exchange.dialect;
  if (requestIdHeader !== undefined) list.push(requestIdHeader, exchange.id);
  if (length !== undefined) list.push('content-length', String(length));
  // A body that was not read to its end leaves the connection in the middle of nowhere.
  if (exchange.error?.code === 'GW_BODY_TOO_LARGE' || exchange.error?.code === 'GW_BODY_TIMEOUT') list.push('connection', 'close');
  const set = exchange.headers;
  for (const name in headers) {
    const plain = name.toLowerCase();
    if (!owned.has(plain) && !set?.has(plain)) list.push(plain, headers[name] as string);
  }
  if (set !== undefined)
    for (const [name, value] of set)
      if (!owned.has(name)) list.push(name, events && name === 'cache-control' ? untransformed(value) : value);
  if (events) for (const [name, value] of unbuffered) if (!names(list).includes(name)) list.push(name, value);
  return list;
}

function names(list: readonly string[]): string[] {
  return list.filter((_, at) => at % 2 === 0);
}

/** Middleware such as compression() would hold events back until it has enough of them. */
function untransformed(cacheControl: string): string {
  return /\bno-transform\b/i.test(cacheControl) ? cacheControl : `${cacheControl}, no-transform`;
}

/** Events are worth nothing late: proxies and middleware are asked not to hold them back. */
const unbuffered = [
  ['cache-control', 'no-cache, no-transform'],
  ['x-accel-buffering', 'no'],
] as const;

/** Framing is the gateway's own. */
const owned: ReadonlySet<string> = new Set([
  ...['content-type', 'content-length', 'transfer-encoding', 'connection', 'x-request-id', 'request-id'],
]);
