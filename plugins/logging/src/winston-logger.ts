import type { Logger, LogLevel } from '@express-ai-gateway/core/plugin';
import type { Logger as WinstonLogger } from 'winston';
import { isEnabled, levelNames } from './levels.ts';
import { Sink } from './sink.ts';

/** Lines that may wait for a slow sink. */
const maxWaiting = 10_000;

/**
 * The gateway's own `Logger` service on a winston logger: `services: [provide(Logger, winstonLogger(myWinston))]`. The
 * logger stays the team's: nothing closes it.
 */
export function winstonLogger(logger: WinstonLogger): Logger {
  const names = levelNames(logger);
  const sink = new Sink(logger, maxWaiting, () => {}); // there is no other place to tell it
  sink.open();
  const enabled = (level: LogLevel): boolean => isEnabled(logger, names[level]);
  return {
    enabled,
    log(level, message, fields) {
      if (enabled(level)) sink.write(names[level] as string, message, fields);
    },
  };
}
