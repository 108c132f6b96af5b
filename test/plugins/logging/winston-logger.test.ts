import { winstonLogger } from '@express-ai-gateway/logging';
import { describe, expect, it, onTestFinished } from 'vitest';
import winston from 'winston';
import { provide } from '../../../core/src/services/container.ts';
import { Logger, type LogLevel } from '../../../core/src/services/logger.ts';
import { running, upstream } from '../../core/harness/loopback.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { collecting } from './lines.ts';

leavesNothing();

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

describe('the gateway’s Logger service on a winston logger', () => {
  it('takes the gateway’s own lines to it', async () => {
    const sink = collecting();
    const own = winston.createLogger({ level: 'debug', transports: [sink.transport] });
    const up = await upstream((_req, res) => res.writeHead(500).end());
    const { chat, gateway } = await running(up.url, { services: [provide(Logger, winstonLogger(own))] });
    const { headers } = await chat();
    await gateway.close();
    const exchange = headers['x-request-id'];
    expect(sink.lines).toMatchObject([
      { level: 'warn', message: 'An exchange failed: GW_UPSTREAM_ERROR.', exchange },
      { level: 'debug', message: 'decision', exchange },
    ]);
    own.info('still open');
    expect(sink.lines).toHaveLength(3);
  });

  it.each([
    ['error', ['error']],
    ['info', ['info', 'warn', 'error']],
    ['silly', ['debug', 'info', 'warn', 'error']],
  ] as const)('at level %s is enabled for %j and writes nothing else', (level, enabled) => {
    const sink = collecting();
    const service = winstonLogger(winston.createLogger({ level, transports: [sink.transport] }));
    expect(levels.filter((one) => service.enabled(one))).toEqual(enabled);
    for (const one of levels) service.log(one, 'line');
    expect(sink.lines.map((line) => line.level)).toEqual(enabled);
  });

  it.each<[string, winston.config.AbstractConfigSetLevels, string, string[]]>([
    ['speaks to syslog’s levels', winston.config.syslog.levels, 'debug', ['debug', 'info', 'warning', 'error']],
    ['leaves out a level that the logger has none for', { error: 0, warn: 1, info: 2 }, 'info', ['info', 'warn', 'error']],
  ])('%s', (_what, own, level, written) => {
    const sink = collecting();
    const service = winstonLogger(winston.createLogger({ level, levels: own, transports: [sink.transport] }));
    for (const one of levels) service.log(one, 'line');
    expect(sink.lines.map((line) => line.level)).toEqual(written);
  });

  it('asks anew each time: level and silence may change', () => {
    const own = winston.createLogger({ level: 'error', transports: [collecting().transport] });
    const service = winstonLogger(own);
    expect(service.enabled('info')).toBe(false);
    own.level = 'info';
    expect(service.enabled('info')).toBe(true);
    own.silent = true;
    expect(levels.filter((one) => service.enabled(one))).toEqual([]);
  });

  it('writes fields as they are, integers without bound and circles included; none takes the place of level or message', () => {
    const sink = collecting();
    const service = winstonLogger(winston.createLogger({ transports: [sink.transport] }));
    const circle: Record<string, unknown> = { a: 1 };
    circle.self = circle;
    service.log('warn', 'line', { amount: 12_345_678_901_234_567_891n, circle, level: 'silly', message: 'forged' });
    expect(sink.lines).toEqual([{ level: 'warn', message: 'line', amount: '12345678901234567891', circle: { a: 1, self: '[Circular]' } }]);
  });

  it('throws for nothing: a field that cannot be read costs its line, a transport that fails does not end the process', async () => {
    const sink = collecting();
    const service = winstonLogger(winston.createLogger({ transports: [sink.transport] }));
    const unreadable = {
      get field(): string {
        throw new Error('not now');
      },
    };
    expect(() => service.log('error', 'lost', unreadable)).not.toThrow();
    expect(() => sink.transport.emit('error', new Error('disk full'))).not.toThrow();
    service.log('error', 'written');
    await new Promise((go) => setImmediate(go)); // winston connects a transport that failed anew, in a tick of its own
    expect(sink.lines.map(({ message }) => message)).toEqual(['written']);
  });

  it('holds a bounded number of lines for a logger that takes none', () => {
    const own = winston.createLogger({ transports: [collecting().transport] });
    own.cork();
    onTestFinished(() => void own.destroy());
    const service = winstonLogger(own);
    for (let count = 0; count < 12_000; count += 1) service.log('info', 'line', { count });
    expect(own.writableLength).toBe(10_000);
  });
});
