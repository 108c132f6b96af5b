import { z } from '@express-ai-gateway/core/plugin';

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const time = z.string().regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, { error: 'a time from "00:00" to "24:00"' });

export const timeWindowOptions = z
  .strictObject({
    /** The IANA zone that the times are in, e.g. `Europe/Vienna`. The clock of the machine has no say. */
    zone: z.string().refine(isZone, { error: 'an IANA time zone such as "Europe/Vienna"' }),
    /** Included. */
    from: time.default('00:00'),
    /** Not included. Earlier than `from`: the next day. */
    to: time.default('24:00'),
    /** Days on which the window opens. Left out: all. */
    days: z.array(z.enum(days)).min(1).optional(),
  })
  .refine(({ from, to }) => from !== to, { path: ['to'], error: 'another time than from' });

export type TimeWindow = z.output<typeof timeWindowOptions>;

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return /^[A-Za-z]/.test(zone); // "+02:00" knows no summer
  } catch {
    return false;
  }
}

/** Whether a moment (milliseconds since 1970) is inside. What is dear to make is made once. */
export function timeWindow({ zone, from, to, days: opened }: TimeWindow): (now: number) => boolean {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const start = minutesOf(from);
  const end = minutesOf(to);
  const opensOn = (day: number): boolean => opened === undefined || opened.includes(days[(day + 7) % 7] ?? 'mon');
  return (now) => {
    const { day, minute } = localTime(format, now);
    if (start < end) return minute >= start && minute < end && opensOn(day);
    return (minute >= start && opensOn(day)) || (minute < end && opensOn(day - 1)); // past midnight it is yesterday's
  };
}

function localTime(format: Intl.DateTimeFormat, now: number): { readonly day: number; readonly minute: number } {
  const parts = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
  const day = (days as readonly string[]).indexOf(parts.weekday?.toLowerCase() ?? '');
  return { day, minute: Number(parts.hour) * 60 + Number(parts.minute) };
}

function minutesOf(text: string): number {
  const [hours, minutes] = text.split(':').map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}
