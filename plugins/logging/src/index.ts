export type { Facts } from './line.ts';
export { type LoggingOptions, loggingOptions } from './options.ts';
export { logging as default, logging } from './plugin.ts';
export { winstonLogger } from './winston-logger.ts';
