import type { LogLevel } from '@express-ai-gateway/core/plugin';
import type { Logger as WinstonLogger } from 'winston';

/** The gateway's levels by the names that a winston logger has for them; `undefined` where it has none. */
export type LevelNames = Readonly<Record<LogLevel, string | undefined>>;

/** winston's loggers name their levels as they like: npm's set says `warn`, syslog's says `warning`. */
export function levelNames({ levels }: Pick<WinstonLogger, 'levels'>): LevelNames {
  const known = (...names: string[]): string | undefined => names.find((name) => levels[name] !== undefined);
  return { debug: known('debug'), info: known('info'), warn: known('warn', 'warning'), error: known('error') };
}

/** Whether a line of this level would be written. winston itself makes a whole line before it looks. */
export function isEnabled(logger: WinstonLogger, name: string | undefined): name is string {
  return name !== undefined && !logger.silent && logger.isLevelEnabled(name);
}
