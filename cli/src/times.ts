import { Problem } from './problem.ts';

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;

/** Milliseconds of `90d`, `12h`, `30m`, `45s`, `2w`. */
export function durationOf(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  if (count === undefined) throw new Problem(`Expected a duration such as 90d, 12h or 30m, received ${JSON.stringify(text)}.`);
  return Number(count) * units[unit as keyof typeof units];
}

/** The time, as ISO 8601, that a duration from now leads to, or that is given as one: `90d`, `2027-01-31`, `2027-01-31T18:00+01:00`. */
export function expiryOf(text: string, now: number): string {
  if (/^\d+[a-z]$/.test(text)) return new Date(now + durationOf(text)).toISOString();
  const at = /^\d{4}-\d\d-\d\d(?:T.+(?:Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  throw new Problem(`Expected an expiry such as 90d, 2027-01-31 or 2027-01-31T18:00+01:00, received ${JSON.stringify(text)}.`);
}

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export interface Hours {
  readonly days?: (typeof weekdays)[number][];
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
}

/** `mon-fri 08:00-18:00 Europe/Berlin`; the days may be left out. */
export function hoursOf(text: string): Hours {
  const [, days, from, to, timeZone] = /^(?:([a-z,-]+) )?(\d\d:\d\d)-(\d\d:\d\d) (\S+)$/.exec(text.trim()) ?? [];
  if (from === undefined || to === undefined || timeZone === undefined)
    throw new Problem(`Expected hours such as "mon-fri 08:00-18:00 Europe/Berlin", received ${JSON.stringify(text)}.`);
  return { ...(days !== undefined && { days: days.split(',').flatMap(daysOf) }), from, to, timeZone };
}

/** `wed`, `mon-fri`, `sat-mon`. */
function daysOf(span: string): (typeof weekdays)[number][] {
  const [first, last = first, ...more] = span.split('-').map((day) => weekdays.indexOf(day as (typeof weekdays)[number]));
  if (first === undefined || last === undefined || first < 0 || last < 0 || more.length > 0)
    throw new Problem(`Expected days such as mon-fri or sat,sun, received ${JSON.stringify(span)}.`);
  const count = ((last - first + 7) % 7) + 1;
  return Array.from({ length: count }, (_, at) => weekdays[(first + at) % 7] as (typeof weekdays)[number]);
}
