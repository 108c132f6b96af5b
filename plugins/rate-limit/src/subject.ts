import { hash } from 'node:crypto';
import { isIP } from 'node:net';
import type { Principal } from '@express-ai-gateway/core/plugin';
import type { Dimension } from './options.ts';

/** What is known of a request when it is counted. */
export interface Facts {
  readonly principal: Principal | undefined;
  readonly endpoint: string;
  /** As the client wrote it; unknown before the body is read. */
  readonly model: string | undefined;
  readonly ip: string | undefined;
  readonly ipv6Prefix: number;
}

/** Dimensions whose values are a tenant's own: two tenants may each have a user of the same name. */
const ownNames: ReadonlySet<Dimension> = new Set(['key', 'user', 'app', 'tenant']);

/** Characters of a value that stand in a counter's key as they are; longer ones stand there by their digest. */
const maxLength = 100;

/** The part of a counter's key that says whose it is. Different values never give the same. */
export function subjectOf(per: readonly Dimension[], facts: Facts): string {
  const parts = per.map((dimension) => `${dimension}=${written(valueIn(dimension, facts))}`);
  const { principal } = facts;
  if (principal?.tenant !== undefined && per.some((one) => ownNames.has(one)) && !per.includes('tenant'))
    parts.unshift(`of=${written(principal.tenant)}`);
  return parts.join('&');
}

/** One without a user, an app or a tenant is counted by its own id: nobody is let through uncounted, nor counted with others. */
function valueIn(dimension: Dimension, { principal, endpoint, model, ip, ipv6Prefix }: Facts): string {
  const id = principal?.id ?? 'anonymous';
  const lone = `-${id}`;
  switch (dimension) {
    case 'key':
      return id;
    case 'user':
      return principal?.user === undefined ? lone : `+${principal.user}`;
    case 'app':
      return principal?.app === undefined ? lone : `+${principal.app}`;
    case 'tenant':
      return principal?.tenant === undefined ? lone : `+${principal.tenant}`;
    case 'plan':
      return principal?.plan === undefined ? '-' : `+${principal.plan}`;
    case 'endpoint':
      return endpoint;
    case 'model':
      return model === undefined ? '-' : `+${model}`;
    case 'ip':
      return ip === undefined ? '-' : networkOf(ip, ipv6Prefix);
  }
}

function written(value: string): string {
  const text = encodeURIComponent(value.toWellFormed());
  if (text.length <= maxLength && value.isWellFormed()) return text;
  return `#${hash('sha256', Buffer.from(value, 'utf16le'), 'base64url')}`; // as UTF-8 all lone surrogates would be one
}

/** An IPv4 address, however it is written; of an IPv6 address the first bits, in groups of hexadecimal digits. */
export function networkOf(ip: string, prefix: number): string {
  if (isIP(ip) !== 6) return ip;
  const groups = groupsOf(ip.replace(/%.*$/, ''));
  const [high = 0, low = 0] = groups.slice(6);
  if (groups.slice(0, 6).join() === mapped) return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  const kept = groups.slice(0, Math.ceil(prefix / 16)).map((group, at) => group & maskOf(prefix - at * 16));
  return `${kept.map((group) => group.toString(16)).join(':')}/${prefix}`;
}

/** The first six groups of an IPv4 address in IPv6 (RFC 4291 §2.5.5.2). */
const mapped = [0, 0, 0, 0, 0, 0xffff].join();

/** A group of which only so many bits count. */
function maskOf(bits: number): number {
  return bits >= 16 ? 0xffff : (0xffff << (16 - bits)) & 0xffff;
}

/** The eight numbers of an IPv6 address in any of its spellings. */
function groupsOf(ip: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(ip);
  const plain =
    dotted === null
      ? ip
      : `${dotted[1]}${(Number(dotted[2]) * 256 + Number(dotted[3])).toString(16)}:${(Number(dotted[4]) * 256 + Number(dotted[5])).toString(16)}`;
  const [head = '', tail] = plain.split('::');
  const numbers = (text: string): number[] => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  const [first, last] = [numbers(head), numbers(tail ?? '')];
  return [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last];
}
