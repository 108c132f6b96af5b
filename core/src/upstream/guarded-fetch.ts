import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { Agent, request as send } from 'undici';
import type { GuardedAnswer, GuardedFetch, GuardedRequest } from '../services/guarded-fetch.ts';
import { isPublicAddress } from './public-address.ts';

/** The default of the service `GuardedFetch`. `lookup`: how names become addresses. */
export function guardedFetch(lookup: LookupFunction = systemLookup as LookupFunction): GuardedFetch & { close(): Promise<void> } {
  // A connection for each request: there are few, and none is left open. Certificates are the system's to check.
  const guarded = new Agent({ pipelining: 0, connect: { lookup: onlyPublic(lookup) } });
  const anywhere = new Agent({ pipelining: 0, connect: { lookup } });
  return {
    async fetch(url, request) {
      const { allowPrivate = false } = request;
      check(url, allowPrivate);
      return fetched(url, request, allowPrivate ? anywhere : guarded);
    },
    async close() {
      await Promise.all([guarded.destroy(), anywhere.destroy()]);
    },
  };
}

/** What a URL says already. A literal address is never looked up, so it is checked here. */
function check(url: string, allowPrivate: boolean): void {
  if (!URL.canParse(url)) throw new Error('the URL cannot be read');
  const { protocol, hostname, username, password } = new URL(url);
  if (username !== '' || password !== '') throw new Error('the URL has a user name or a password in it; send them in a header');
  if (protocol !== 'https:' && !(allowPrivate && protocol === 'http:'))
    throw new Error(`expected an https URL${allowPrivate ? ' or an http one' : ''}, received ${protocol}`);
  const literal = hostname.replace(/^\[|\]$/g, '');
  if (!allowPrivate && isIP(literal) !== 0 && !isPublicAddress(literal)) throw new Error(notPublic);
}

const notPublic = 'its host has no public address; allowPrivate lets it be one of your own network';

/** The address that is connected to is the one that was checked: a name that leads elsewhere a moment later changes nothing. */
function onlyPublic(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, ((
      error: NodeJS.ErrnoException | null,
      found: readonly { address: string; family: number }[] = [],
    ) => {
      if (error !== null) return callback(error, '', 0);
      const addresses = found.filter(({ address }) => isPublicAddress(address));
      const [first] = addresses;
      // One that is private among public ones is no accident.
      if (first === undefined || addresses.length < found.length) return callback(new Error(notPublic), '', 0);
      return options.all === true ? callback(null, addresses as never) : callback(null, first.address, first.family);
    }) as never);
  };
}

async function fetched(
  url: string,
  { method = 'GET', headers, body, signal, timeoutMs, maxBytes }: GuardedRequest,
  agent: Agent,
): Promise<GuardedAnswer> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(new Error(`there was no whole answer within ${timeoutMs} ms`)), timeoutMs);
  const left = (): void => over.abort(signal?.reason);
  signal?.addEventListener('abort', left, { once: true });
  if (signal?.aborted === true) left();
  try {
    const answer = await send(url, {
      dispatcher: agent,
      method,
      signal: over.signal,
      ...(headers !== undefined && { headers: { ...headers } }),
      ...(body !== undefined && { body }),
    });
    if (answer.statusCode >= 300 && answer.statusCode < 400) {
      answer.body.on('error', () => {}).destroy(); // nobody reads it
      throw new Error(`it answered with a redirect (${answer.statusCode}), which is not followed; name the place it leads to`);
    }
    return { status: answer.statusCode, headers: plain(answer.headers), body: await whole(answer.body, maxBytes) };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', left);
  }
}

async function whole(body: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`its answer is larger than ${maxBytes} bytes`); // leaving the loop closes the connection
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function plain(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}
