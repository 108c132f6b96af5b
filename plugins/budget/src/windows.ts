/** How often a budget begins anew. `once`: never, as a credit. */
export type WindowKind = 'day' | 'week' | 'month' | 'once';

/** Milliseconds since 1970: the first of the window, and the first after it. */
export interface Window {
  /** Stands in the account's name: another window is another account. */
  readonly id: string;
  readonly startsAt?: number;
  readonly endsAt?: number;
}

const once: Window = { id: 'once' };

interface LocalDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

/** Calendar windows of one time zone. Weeks begin on Monday. What days are there is said by the zone, however long they are. */
export class Windows {
  readonly #kind: WindowKind;
  readonly #format: Intl.DateTimeFormat;
  #current: Required<Window> | undefined = undefined;

  /** Throws for a zone that is not known here. */
  constructor(kind: WindowKind, timeZone: string) {
    this.#kind = kind;
    this.#format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  }

  /** The window that a moment lies in. Asked for each request; computed once for each window. */
  at(now: number): Window {
    if (this.#kind === 'once') return once;
    const known = this.#current;
    if (known !== undefined && now >= known.startsAt && now < known.endsAt) return known;
    const made = this.#windowOf(now);
    this.#current = made;
    return made;
  }

  #windowOf(now: number): Required<Window> {
    const first = firstDay(this.#kind, this.#localOf(now));
    const next = nextFirstDay(this.#kind, first);
    const id = `${first.year}-${two(first.month)}-${two(first.day)}`;
    return { id, startsAt: this.#beginningOf(first), endsAt: this.#beginningOf(next) };
  }

  /** The first moment whose local date is this day or later: a zone may leave out midnight, and even a whole day. */
  #beginningOf({ year, month, day }: LocalDate): number {
    const middle = Date.UTC(year, month - 1, day);
    let [before, after] = [middle - maxOffsetMs, middle + maxOffsetMs];
    const wanted = Date.UTC(year, month - 1, day);
    while (after - before > 1) {
      const between = Math.floor((before + after) / 2);
      const local = this.#localOf(between);
      if (Date.UTC(local.year, local.month - 1, local.day) < wanted) before = between;
      else after = between;
    }
    return after;
  }

  #localOf(moment: number): LocalDate {
    const parts: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(moment)) parts[type] = Number(value);
    return { year: parts.year as number, month: parts.month as number, day: parts.day as number };
  }
}

/** No zone is or was further from UTC: 15 hours and some, and a day that is left out. */
const maxOffsetMs = 40 * 3_600_000;

function firstDay(kind: WindowKind, { year, month, day }: LocalDate): LocalDate {
  if (kind === 'month') return { year, month, day: 1 };
  if (kind === 'day') return { year, month, day };
  const weekday = (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;
  return plusDays({ year, month, day }, -weekday);
}

function nextFirstDay(kind: WindowKind, first: LocalDate): LocalDate {
  if (kind === 'month') return first.month === 12 ? { year: first.year + 1, month: 1, day: 1 } : { ...first, month: first.month + 1 };
  return plusDays(first, kind === 'week' ? 7 : 1);
}

function plusDays({ year, month, day }: LocalDate, days: number): LocalDate {
  const date = new Date(Date.UTC(year, month - 1, day + days));
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
