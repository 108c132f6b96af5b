import defaultExport, { logging, loggingOptions } from '@express-ai-gateway/logging';
import { describe, expect, it } from 'vitest';
import winston from 'winston';
import { GatewayConfigError } from '../../../core/src/errors.ts';
import { collecting } from './lines.ts';

/** As a caller without a compiler would. */
const make = (options: unknown) => (): unknown => logging(options as Parameters<typeof logging>[0]);

const logger = (): winston.Logger => winston.createLogger({ transports: [collecting().transport] });

describe('the options of logging', () => {
  it.each<[string, unknown]>([
    ['none', undefined],
    ['an empty object', {}],
    ['a level', { level: 'warn' }],
    ['a logger', { logger: logger() }],
    ['a child of a logger', { logger: logger().child({ part: 'ai' }) }],
    ['a logger with the levels of syslog', { logger: winston.createLogger({ levels: winston.config.syslog.levels, silent: true }) }],
    ['transports', { transports: [collecting().transport, new winston.transports.Console()] }],
    ['fields and a bound', { fields: () => ({ team: 'search' }), maxWaiting: 1 }],
  ])('may be %s', (_what, options) => {
    expect(make(options)).not.toThrow();
  });

  it.each<[unknown, RegExp]>([
    [{ lever: 'info' }, /options\.lever: expected no such key \(did you mean level\?\)/],
    [{ payloads: true }, /options\.payloads: expected no such key \(there are: logger, transports, level, fields, maxWaiting\)/],
    [{ level: 'debug' }, /options\.level: expected "info" or "warn" or "error", received "debug"/],
    [
      { logger: console },
      /options\.logger: expected a logger of winston\.createLogger with the levels error, warn and info, received an object/,
    ],
    [
      { logger: winston.createLogger({ levels: { loud: 0 }, level: 'loud' }) },
      /options\.logger: expected a logger of winston\.createLogger/,
    ],
    [{ logger: winston }, /options\.logger: expected a logger of winston\.createLogger/],
    [{ transports: [] }, /options\.transports: expected at least one transport, received an array of 0/],
    [{ transports: collecting().transport }, /options\.transports: expected an array, received an object/],
    [{ transports: ['console'] }, /options\.transports\[0\]: expected a winston transport such as .*, received "console"/],
    [
      { transports: [collecting().transport], logger: logger() },
      /options\.transports: expected nothing beside logger .*, received an array of 1/,
    ],
    [{ fields: { team: 'search' } }, /options\.fields: expected a function, received an object/],
    [{ maxWaiting: 0 }, /options\.maxWaiting: expected a number of more than 0, received 0/],
    [{ maxWaiting: 1.5 }, /options\.maxWaiting: expected a whole number, received 1\.5/],
    ['info', /options: expected an object, received "info"/],
  ])('%j are refused with the path, what is expected and what was received', (options, message) => {
    expect(make(options)).toThrow(GatewayConfigError);
    expect(make(options)).toThrow(message);
  });

  it('have a schema of their own, and the package has its factory as default, for configuration by name', () => {
    expect(defaultExport).toBe(logging);
    expect(loggingOptions.parse({})).toEqual({ level: 'info', maxWaiting: 10_000 });
  });
});
