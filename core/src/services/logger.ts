import { token } from './token.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Structured logging. winston's and pino's loggers fit with one line of glue; fields are metadata, never payloads. */
export interface Logger {
  /** Whether a line of this level would be written: guards work that only a log line needs. */
  enabled(level: LogLevel): boolean;
  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export const Logger = token<Logger>()('Logger', 'logger', ['enabled', 'log']);

/**
 * The default: warnings and errors as JSON lines on standard error. Silence would hide why a request failed, and a guest
 * does not write to the host's standard output.
 */
export function standardErrorLogger(): Logger {
  return {
    enabled: (level) => level === 'warn' || level === 'error',
    log(level, message, fields) {
      if (level !== 'warn' && level !== 'error') return;
      process.stderr.write(`${lineOf(level, message, fields)}\n`);
    },
  };
}

/** A log line is written whatever its fields are: integers without bound, circles, getters that throw. */
function lineOf(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>> | undefined): string {
  const own = { level, message };
  try {
    const line = { ...own, ...fields, ...own }; // first to be read, last so that no field passes for them
    return JSON.stringify(line, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  } catch {
    return JSON.stringify({ ...own, fields: 'could not be written' });
  }
}

/** A team's logger as the gateway uses it: one that throws costs its line, never the exchange or the process. */
export function guardedLogger(logger: Logger): Logger {
  return {
    enabled(level) {
      try {
        return logger.enabled(level);
      } catch {
        return false;
      }
    },
    log(level, message, fields) {
      try {
        logger.log(level, message, fields);
      } catch {
        // There is no better place to tell it than the logger that just failed.
      }
    },
  };
}

/** What a caught value says about itself, its cause included, for log fields. */
export function errorFields(error: unknown): { readonly error: string; readonly stack?: string } {
  try {
    return readableFields(error);
  } catch {
    return { error: 'a value that cannot be read' }; // its getters throw: what it came from must be told all the same
  }
}

function readableFields(error: unknown): { readonly error: string; readonly stack?: string } {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return { error: thrownText(cause) };
  const text = cause === error ? '' : ` (${(error as Error).message})`;
  return { error: `${cause.name}: ${cause.message}${text}`, ...(cause.stack !== undefined && { stack: cause.stack }) };
}

/** Anything can be thrown; objects are named by their kind, for not all can be made a text. */
function thrownText(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null ? Object.prototype.toString.call(thrown) : String(thrown);
}
