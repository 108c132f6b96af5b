import { z } from '@express-ai-gateway/core/plugin';
import type { transport as Transport, Logger as WinstonLogger } from 'winston';
import { levelNames } from './levels.ts';
import type { Facts } from './line.ts';

/** More fields for a line, made from what is known of the exchange. */
type MoreFields = (facts: Facts) => Readonly<Record<string, string | number | boolean>>;

export const loggingOptions = z
  .strictObject({
    /** The team's own winston logger. It stays the team's: it is not closed. */
    logger: z
      .custom<WinstonLogger>(isWinstonLogger, { error: 'a logger of winston.createLogger with the levels error, warn and info' })
      .optional(),
    /** Where the plugin's own logger writes to. Closed with the gateway. Default: standard output. */
    transports: z
      .array(z.custom<Transport>(isTransport, { error: 'a winston transport such as new winston.transports.Console()' }))
      .min(1, { error: 'at least one transport' })
      .optional(),
    /** The least severe lines that are written. A logger or transport may leave out more. */
    level: z.enum(['info', 'warn', 'error']).default('info'),
    /** More fields of each line. The plugin's own fields win. */
    fields: z.custom<MoreFields>((value) => typeof value === 'function', { error: 'a function' }).optional(),
    /** Lines that may wait for a slow sink, and as many KiB. What comes then is dropped and counted. */
    maxWaiting: z.int().positive().default(10_000),
  })
  .refine(({ logger, transports }) => logger === undefined || transports === undefined, {
    path: ['transports'],
    error: 'nothing beside logger (add them to that logger)',
  });

export type LoggingOptions = z.input<typeof loggingOptions>;

function isWinstonLogger(value: unknown): boolean {
  if (!hasMethods(value, ['log', 'write', 'isLevelEnabled'])) return false;
  const { levels } = value as Partial<WinstonLogger>;
  if (typeof levels !== 'object' || levels === null) return false;
  const { info, warn, error } = levelNames({ levels });
  return info !== undefined && warn !== undefined && error !== undefined;
}

function isTransport(value: unknown): boolean {
  return hasMethods(value, ['log']);
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}
