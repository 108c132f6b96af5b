import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** What we use of an Express app. */
interface App {
  readonly settings?: { readonly 'trust proxy'?: unknown };
}

interface AppRequest extends IncomingMessage {
  readonly ip?: string | undefined;
  readonly app?: App;
}

/**
 * The client's address as far as it can be believed. Express reads it from `X-Forwarded-For` where its `trust proxy` says so; with
 * `trust proxy: true` that is whatever the client wrote there, so it is not used. IPv4 in IPv6 is IPv4, and a port is left out.
 */
export function clientAddress(req: AppRequest, peer: string | undefined = req.socket?.remoteAddress): string | undefined {
  if (trustsEverybody(req)) return plain(peer);
  return plain(req.ip) ?? plain(peer);
}

/** `trust proxy: true`: every client can say that it is anybody (AUTH-14). */
export function trustsEverybody({ app }: AppRequest): boolean {
  return app?.settings?.['trust proxy'] === true;
}

function plain(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  const bare =
    /^(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?$/i.exec(address)?.[1] ??
    /^\[([^\]]*)\](?::\d{1,5})?$/.exec(address)?.[1] ??
    address;
  return isIP(bare.replace(/%.*$/, '')) === 0 ? undefined : bare;
}
