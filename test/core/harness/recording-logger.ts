import type { Logger, LogLevel } from '../../../core/src/services/logger.ts';

export interface LoggedLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface RecordingLogger extends Logger {
  readonly lines: readonly LoggedLine[];
  /** The lines of a level, as texts with their fields. */
  texts(level: LogLevel): string[];
}

/** A logger whose lines a test can read. */
export function recordingLogger(levels: readonly LogLevel[] = ['info', 'warn', 'error']): RecordingLogger {
  const lines: LoggedLine[] = [];
  return {
    lines,
    texts: (level) => lines.filter((line) => line.level === level).map(({ message, fields }) => `${message} ${JSON.stringify(fields)}`),
    enabled: (level) => levels.includes(level),
    log(level, message, fields = {}) {
      if (levels.includes(level)) lines.push({ level, message, fields });
    },
  };
}
