import type { Logger } from '@express-ai-gateway/core';
import type { ExchangeContext, Settlement } from '@express-ai-gateway/core/plugin';

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What the kit saw of one exchange. Holds no context: those must be free to go. */
export interface ExchangeRecord {
  readonly id: string;
  /** How often its end was told. */
  settlements: number;
  settledAt: number | undefined;
  outcome: Settlement['outcome'] | undefined;
  /** How often the way out passed the kit's plugins before and behind the one under test. */
  wayOut: { outer: number; inner: number };
}

/** A plugin's call of a service. */
export interface ServiceCall {
  readonly service: string;
  readonly method: string;
  /** The arguments as JSON. */
  readonly argumentsText: string;
  /** Whether a settlement listener made it. */
  readonly atSettlement: boolean;
}

/** Everything that is written down while a gateway runs under test. */
export class Recorder {
  readonly exchanges = new Map<string, ExchangeRecord>();
  readonly lines: LogLine[] = [];
  readonly serviceCalls: ServiceCall[] = [];
  /** Settlement listeners that were registered twice, the very same function. */
  twiceRegistered = 0;
  openLeases = 0;
  #settling = 0;

  readonly logger: Logger = {
    enabled: () => true,
    log: (level, message, fields = {}) => {
      // Written down as text at once: a real logger does not keep objects either.
      this.lines.push({ level, message, fields: JSON.parse(jsonOf(fields)) as Record<string, unknown> });
    },
  };

  /** Called first of all for an exchange. Listens to its end, and to who else listens. */
  open(context: ExchangeContext): ExchangeRecord {
    const record: ExchangeRecord = {
      id: context.id,
      settlements: 0,
      settledAt: undefined,
      outcome: undefined,
      wayOut: { outer: 0, inner: 0 },
    };
    this.exchanges.set(context.id, record);
    const register = registrationOf(context);
    register(({ outcome }) => {
      record.settlements += 1;
      record.settledAt = performance.now();
      record.outcome = outcome;
    });
    const known = new Set<unknown>();
    const onSettled: ExchangeContext['onSettled'] = (listener) => {
      if (known.has(listener)) this.twiceRegistered += 1;
      known.add(listener);
      register((settlement) => this.#settle(() => listener(settlement)));
    };
    watched.set(context, onSettled);
    return record;
  }

  recordOf(context: ExchangeContext): ExchangeRecord | undefined {
    return this.exchanges.get(context.id);
  }

  called(service: string, method: string, values: readonly unknown[]): void {
    this.serviceCalls.push({ service, method, argumentsText: jsonOf(values), atSettlement: this.#settling > 0 });
  }

  /** What was done at settlement more than once in exactly the same way. */
  repeatedAtSettlement(): ServiceCall | undefined {
    const seen = new Set<string>();
    return this.serviceCalls.find(({ service, method, argumentsText, atSettlement }) => {
      const name = `${service}.${method}(${argumentsText})`;
      const again = atSettlement && seen.has(name);
      if (atSettlement) seen.add(name);
      return again;
    });
  }

  #settle(listener: () => void | Promise<void>): void | Promise<void> {
    this.#settling += 1;
    const over = (): void => {
      this.#settling -= 1;
    };
    let result: void | Promise<void>;
    try {
      result = listener();
    } catch (error) {
      over();
      throw error;
    }
    if (result instanceof Promise) return result.finally(over);
    over();
  }
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? String(member) : member)) ?? 'null';
  } catch {
    return '"(not JSON)"';
  }
}

type OnSettled = ExchangeContext['onSettled'];

/** Contexts whose registrations are watched. */
const watched = new WeakMap<object, OnSettled>();

/** `onSettled` of each class of contexts, as it was. */
const originals = new WeakMap<object, OnSettled>();

/** The context is one frozen object for all plugins, so its class is where registrations can be watched. */
function registrationOf(context: ExchangeContext): OnSettled {
  const kind = Object.getPrototypeOf(context) as ExchangeContext;
  const original = originals.get(kind) ?? kind.onSettled;
  if (!originals.has(kind)) {
    originals.set(kind, original);
    Object.defineProperty(kind, 'onSettled', {
      value(this: ExchangeContext, listener: Parameters<OnSettled>[0]) {
        (watched.get(this) ?? original).call(this, listener);
      },
    });
  }
  return original.bind(context);
}
