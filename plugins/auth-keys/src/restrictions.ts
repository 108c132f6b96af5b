import { BlockList, isIP } from 'node:net';
import { endpointPatterns, z } from '@express-ai-gateway/core/plugin';
import { endpoint } from './options.ts';

const addressRule = 'an address or a block of them: 192.0.2.1, 198.51.100.0/24, 2001:db8::/32';
const timeRule = 'a time of day such as 08:30 (24:00 is the end of it)';
const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const time = z.string({ error: timeRule }).regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, { error: timeRule });

/** What a key may be used for. What is left out is not restricted. */
export const restrictions = z.strictObject({
  /** Models by the names that clients use, with `*` for any characters. */
  models: z.array(z.string().min(1).max(200)).max(100).optional(),
  /** `POST /v1/chat/completions`, `/v1/*`. */
  endpoints: z.array(endpoint).max(100).optional(),
  methods: z.array(z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])).optional(),
  /** Of clients: `192.0.2.1`, `198.51.100.0/24`. */
  addresses: z
    .array(z.string({ error: addressRule }).refine(isBlock, { error: addressRule }))
    .max(100)
    .optional(),
  /** Times of the week, `from` included and `to` not; a window over midnight belongs to the day it begins on. */
  hours: z
    .strictObject({
      days: z.array(z.enum(days)).min(1, { error: 'at least one day' }).optional(),
      from: time,
      to: time,
      timeZone: z.string().refine(isTimeZone, { error: 'a time zone such as Europe/Berlin' }),
    })
    .refine(({ from, to }) => from !== to, { path: ['to'], error: 'another time than from' })
    .optional(),
});

export type Restrictions = z.infer<typeof restrictions>;

/** What a restriction looks at. */
export interface RestrictedRequest {
  readonly method: string;
  readonly path: string;
  readonly ip: string | undefined;
}

/** Why a request is not one that the key may be used for, in words; `undefined` when it is. Made once per key. */
export type RestrictionCheck = (request: RestrictedRequest, now: number) => string | undefined;

const none: RestrictionCheck = () => undefined;

/** Models are the core's to hold, wherever one is named. */
export function restrictionCheck({ endpoints, methods, addresses, hours }: Restrictions): RestrictionCheck {
  const checks = [
    endpoints && endpointCheck(endpoints),
    methods && methodCheck(methods),
    addresses && addressCheck(addresses),
    hours && hoursCheck(hours),
  ].filter((check) => check !== undefined);
  if (checks.length === 0) return none;
  return (request, now) => {
    for (const check of checks) {
      const problem = check(request, now);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

function endpointCheck(endpoints: readonly string[]): RestrictionCheck {
  const fits = endpointPatterns(endpoints);
  return ({ method, path }) => (fits(method, path) ? undefined : 'for this endpoint');
}

function methodCheck(methods: readonly string[]): RestrictionCheck {
  const allowed = new Set(methods);
  return ({ method }) => (allowed.has(method === 'HEAD' ? 'GET' : method) ? undefined : `with the method ${method}`);
}

function addressCheck(addresses: readonly string[]): RestrictionCheck {
  const list = new BlockList();
  for (const address of addresses) addBlock(list, address);
  return ({ ip }) => {
    const bare = ip?.replace(/%.*$/, '') ?? '';
    const version = isIP(bare);
    return version !== 0 && list.check(bare, version === 4 ? 'ipv4' : 'ipv6') ? undefined : 'from this address';
  };
}

function addBlock(list: BlockList, block: string): void {
  const [address = '', length] = block.split('/');
  const type = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(address, length === undefined ? (type === 'ipv4' ? 32 : 128) : Number(length), type);
}

function isBlock(text: string): boolean {
  const [address = '', length, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0 || address.includes('%')) return false;
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (version === 4 ? 32 : 128));
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const minuteMs = 60_000;

/** The wall clock of a time zone is looked at once a minute. */
function hoursCheck({ days: only = [...days], from, to, timeZone }: NonNullable<Restrictions['hours']>): RestrictionCheck {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const window = { begins: minutesOf(from), ends: minutesOf(to), days: new Set<string>(only) };
  let minute = Number.NaN;
  let open = false;
  return (_request, now) => {
    const current = Math.floor(now / minuteMs);
    if (current !== minute) {
      minute = current;
      open = isOpen(window, format.formatToParts(current * minuteMs));
    }
    return open ? undefined : 'at this time';
  };
}

interface Window {
  readonly begins: number;
  readonly ends: number;
  readonly days: ReadonlySet<string>;
}

function isOpen({ begins, ends, days: only }: Window, parts: readonly Intl.DateTimeFormatPart[]): boolean {
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  const today = part('weekday').toLowerCase().slice(0, 3);
  const at = minutesOf(`${part('hour')}:${part('minute')}`);
  if (begins < ends) return only.has(today) && at >= begins && at < ends;
  const yesterday = days[(days.indexOf(today as (typeof days)[number]) + 6) % 7] as string;
  return (only.has(today) && at >= begins) || (only.has(yesterday) && at < ends);
}

function minutesOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
}
