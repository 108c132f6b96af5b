import { Clock, cost, definePlugin, type ExchangeContext, Logger, principal, type Settlement } from '@express-ai-gateway/core/plugin';
import winston from 'winston';
import { isEnabled, type LevelNames, levelNames } from './levels.ts';
import { extended, type Facts, type Fields, fieldsOf, messageOf, type Severity, severityOf } from './line.ts';
import { type LoggingOptions, loggingOptions } from './options.ts';
import { Sink, type Trouble } from './sink.ts';

/** Time for a closing log to hand over its last lines. Less than the gateway gives a plugin. Milliseconds. */
const closeMs = 5_000;

/** A log in trouble has it for every line; it is told once in this time. Milliseconds. */
const troubleMs = 60_000;

/** One line for each exchange when it is over: metadata, never payloads. */
export const logging = definePlugin({
  name: 'logging',
  options: loggingOptions,
  requires: [Logger, Clock],
  // Observers stand first.
  before: ['auth-keys', 'auth-jwt', 'rate-limit', 'redaction', 'guardrails', 'prompt-optimizer', 'routing', 'budget', 'cache'],
  onFailure: 'open',
  opaque: true, // what it writes is about the exchange, not what is in it
  create: (options, { logger, clock }) => {
    const { level, maxWaiting } = options;
    const target = options.logger ?? ownLogger(level, options.transports ?? [new winston.transports.Console()]);
    const sink = new Sink(
      target,
      maxWaiting,
      rarely(clock, (message, fields) => logger.log('error', message, fields)),
    );
    const names = namesFrom(level, levelNames(target));

    const write = (context: ExchangeContext, settlement: Settlement): void => {
      const name = names[severityOf(settlement)];
      if (!isEnabled(target, name)) return;
      const facts = { settlement, principal: context.get(principal), cost: context.get(cost) };
      sink.write(name, messageOf(settlement), withMore(options.fields, facts, fieldsOf(facts, clock.now()), logger));
    };

    return {
      start: () => sink.open(),
      // On the way out, which the first plugin goes last: what others do at settlement, pricing it for one, is done before ours.
      afterResponse: (context) => context.onSettled((settlement) => write(context, settlement)),
      async dispose() {
        const own = options.logger === undefined;
        const inTime = await within(clock, closeMs, own ? sink.end() : sink.flush());
        const lines = inTime ? sink.dropped : sink.unwritten;
        if (!inTime || lines > 0) logger.log('error', 'The log was closed with lines that were not written.', { lines });
        sink.release();
        if (own) target.close();
      },
      explain: () => `writes a line at the end (${level} and above)`,
    };
  },
});

/** The line's fields with the team's; without them when the team's function throws. */
function withMore(more: LoggingOptions['fields'], facts: Facts, fields: Fields, logger: Logger): Fields {
  if (more === undefined) return fields;
  try {
    return extended(fields, more(facts));
  } catch (error) {
    logger.log('error', 'The option fields of logging failed; the line goes without them.', { error: String(error) });
    return fields;
  }
}

function ownLogger(level: Severity, transports: winston.transport[]): winston.Logger {
  // Fields in the order they were made: sorted, time and message would stand amid the rest.
  return winston.createLogger({ level, transports, format: winston.format.json({ deterministic: false }) });
}

/** The names of the levels that are wanted. */
function namesFrom(level: Severity, names: LevelNames): Readonly<Record<Severity, string | undefined>> {
  const wanted = { info: names.info, warn: names.warn, error: names.error };
  if (level !== 'info') wanted.info = undefined;
  if (level === 'error') wanted.warn = undefined;
  return wanted;
}

function rarely(clock: Clock, trouble: Trouble): Trouble {
  let next = Number.NEGATIVE_INFINITY;
  return (message, fields) => {
    const now = clock.monotonic();
    if (now < next) return;
    next = now + troubleMs;
    try {
      trouble(message, fields);
    } catch {
      // A transport's error is heard in its own tick: what is thrown there ends the process.
    }
  };
}

/** Whether the work was done in time. */
function within(clock: Clock, limitMs: number, work: Promise<void>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.after(limitMs, () => resolve(false));
    const over = (done: boolean): void => {
      timer.cancel();
      resolve(done);
    };
    work.then(
      () => over(true),
      () => over(false),
    );
  });
}
