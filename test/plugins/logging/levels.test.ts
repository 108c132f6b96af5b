import { describe, expect, it } from 'vitest';
import winston from 'winston';
import { isEnabled, levelNames } from '../../../plugins/logging/src/levels.ts';
import { collecting } from './lines.ts';

describe('the names of the gateway’s levels', () => {
  it.each([
    ['npm', winston.config.npm.levels, { debug: 'debug', info: 'info', warn: 'warn', error: 'error' }],
    ['syslog', winston.config.syslog.levels, { debug: 'debug', info: 'info', warn: 'warning', error: 'error' }],
    ['cli', winston.config.cli.levels, { debug: 'debug', info: 'info', warn: 'warn', error: 'error' }],
    ['one’s own', { error: 0, trace: 1 }, { debug: undefined, info: undefined, warn: undefined, error: 'error' }],
  ])('are found in the levels of %s', (_whose, levels, names) => {
    expect(levelNames({ levels })).toEqual(names);
  });

  it('are found for a level numbered 0', () => {
    expect(levelNames({ levels: { warn: 0 } }).warn).toBe('warn');
  });
});

describe('a level', () => {
  const logger = winston.createLogger({ level: 'info', transports: [collecting({ level: 'warn' }).transport] });

  it.each([
    ['error', true],
    ['warn', true],
    ['info', false],
    [undefined, false],
    ['no-such-level', false],
  ])('%s is enabled as far as a transport takes it: %s', (name, enabled) => {
    expect(isEnabled(logger, name)).toBe(enabled);
  });

  it('is not enabled in a silent logger', () => {
    expect(isEnabled(winston.createLogger({ silent: true, transports: [collecting().transport] }), 'error')).toBe(false);
  });
});
