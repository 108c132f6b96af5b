import { token } from './token.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Structured logging. winston's and pino's loggers fit with one line of glue; fields are metadata, never payloads. */
export interface Logger {
  /** Whether a line of this level would be written: guards work that only a log line needs. */
  enabled(level: LogLevel): boolean;
  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export const Logger = token<Logger>()('Logger', 'logger');

/**
 * The default: warnings and errors as JSON lines on standard error. Silence would hide why a request failed, and a guest
 * does not write to the host's standard output.
 */
export function standardErrorLogger(): Logger {
  return {
    enabled: (level) => level === 'warn' || level === 'error',
    log(level, message, fields) {
      if (level !== 'warn' && level !== 'error') return;
      process.stderr.write(`${JSON.stringify({ level, message, ...fields })}\n`);
    },
  };
}

/** What a caught value says about itself, its cause included, for log fields. */
export function errorFields(error: unknown): { readonly error: string; readonly stack?: string } {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return { error: String(cause) };
  const text = cause === error ? '' : ` (${(error as Error).message})`;
  return { error: `${cause.name}: ${cause.message}${text}`, ...(cause.stack !== undefined && { stack: cause.stack }) };
}
