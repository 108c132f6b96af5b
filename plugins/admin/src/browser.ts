import type { IncomingMessage } from 'node:http';

/**
 * Whether a request may be answered as far as pages of browsers are concerned. What no page asked for may; a page may where the option
 * `origins` lists it, or where it is a page of this machine that asks the machine itself by a name that only it has: any other name can
 * be made to lead here (DNS rebinding).
 */
export function mayAsk({ headers }: Pick<IncomingMessage, 'headers'>, origins: readonly string[]): boolean {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  if (origin === undefined && site === undefined) return true;
  if (origin !== undefined) return origins.includes(origin) || (isLoopbackName(host) && isOrigin(origin, host));
  // A look at a page's own plane, or an address that was typed in.
  const known = isLoopbackName(host) || origins.some((allowed) => new URL(allowed).host === host);
  return known && (site === 'same-origin' || site === 'none');
}

function isOrigin(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && /^https?:$/.test(new URL(origin).protocol) && new URL(origin).host === host;
}

function isLoopbackName(host = ''): boolean {
  return /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/.test(host);
}
