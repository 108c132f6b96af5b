import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { gatewayError } from '../../../core/src/errors.ts';
import { errorFields, guardedLogger, type LogLevel, standardErrorLogger } from '../../../core/src/services/logger.ts';

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** What a process of its own writes when it runs this code with a `logger`. */
async function written(code: string): Promise<{ readonly stdout: string; readonly lines: Record<string, unknown>[] }> {
  const module = fileURLToPath(new URL('../../../core/src/services/logger.ts', import.meta.url));
  const script = `const { standardErrorLogger } = await import(${JSON.stringify(module)}); const logger = standardErrorLogger(); ${code}`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { timeout: 15_000 });
  return {
    stdout,
    lines: stderr
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

describe('standardErrorLogger', () => {
  it('writes warnings and errors, one line of JSON each, to standard error; nothing to standard output', async () => {
    const code = `for (const level of ['debug', 'info', 'warn', 'error']) logger.log(level, 'said ' + level, { exchange: 'e' });`;
    const { stdout, lines } = await written(code);
    expect(stdout).toBe('');
    expect(lines).toEqual([
      { level: 'warn', message: 'said warn', exchange: 'e' },
      { level: 'error', message: 'said error', exchange: 'e' },
    ]);
  });

  it('is enabled for what it writes, and for nothing else', () => {
    const logger = standardErrorLogger();
    expect(levels.filter((level) => logger.enabled(level))).toEqual(['warn', 'error']);
  });

  it('writes a line whatever its fields are', async () => {
    const { lines } = await written(`
      const circle = {}; circle.self = circle;
      logger.log('error', 'no fields');
      logger.log('error', 'an integer without bound', { cost: 9007199254740993n });
      logger.log('error', 'a circle', { circle });
      logger.log('error', 'a getter', { get boom() { throw new Error('no'); } });
      logger.log('error', 'two\\nlines', { text: 'a\\nb' });
    `);
    expect(lines).toEqual([
      { level: 'error', message: 'no fields' },
      { level: 'error', message: 'an integer without bound', cost: '9007199254740993' },
      { level: 'error', message: 'a circle', fields: 'could not be written' },
      { level: 'error', message: 'a getter', fields: 'could not be written' },
      { level: 'error', message: 'two\nlines', text: 'a\nb' },
    ]);
  });

  it('a field cannot pass for the line’s own level or message', async () => {
    const { lines } = await written(`logger.log('error', 'the truth', { level: 'info', message: 'all is well', note: 1 });`);
    expect(lines).toEqual([{ level: 'error', message: 'the truth', note: 1 }]);
  });
});

describe('guardedLogger', () => {
  it('passes everything on as it is', () => {
    const heard: unknown[] = [];
    const logger = guardedLogger({ enabled: (level) => level === 'info', log: (...line) => void heard.push(line) });
    expect(levels.filter((level) => logger.enabled(level))).toEqual(['info']);
    const fields = { exchange: 'e' };
    logger.log('info', 'said', fields);
    logger.log('warn', 'alone');
    expect(heard).toEqual([
      ['info', 'said', fields],
      ['warn', 'alone', undefined],
    ]);
  });

  it('keeps the logger’s own `this`', () => {
    class Mine {
      readonly lines: string[] = [];
      enabled(): boolean {
        return this.lines.length === 0;
      }
      log(_level: LogLevel, message: string): void {
        this.lines.push(message);
      }
    }
    const mine = new Mine();
    const logger = guardedLogger(mine);
    expect(logger.enabled('info')).toBe(true);
    logger.log('info', 'said');
    expect(mine.lines).toEqual(['said']);
  });

  it('a logger that throws costs its line, and is not asked to write what it cannot judge', () => {
    const broken = {
      enabled: (): boolean => {
        throw new Error('disk full');
      },
      log: (): void => {
        throw new Error('disk full');
      },
    };
    const logger = guardedLogger(broken);
    expect(logger.enabled('error')).toBe(false);
    logger.log('error', 'said');
  });
});

describe('errorFields', () => {
  it('names an error, its message and where it was made', () => {
    const fields = errorFields(new TypeError('no such thing'));
    expect(fields.error).toBe('TypeError: no such thing');
    expect(fields.stack).toContain('logger.test');
  });

  it('tells the cause first: the error itself is only what the client may know', () => {
    const error = gatewayError('GW_HOOK_FAILED', { cause: new RangeError('real reason') });
    const fields = errorFields(error);
    expect(fields.error).toBe(`RangeError: real reason (${error.message})`);
    expect(fields.stack).toMatch(/^RangeError: real reason/);
  });

  it.each([
    ['a text', 'a text'],
    [undefined, 'undefined'],
    [null, 'null'],
    [0, '0'],
    [10n, '10'],
    [Symbol('odd'), 'Symbol(odd)'],
    [{ password: 'hunter2' }, '[object Object]'],
    [Object.create(null), '[object Object]'],
    [['hunter2'], '[object Array]'],
  ])('can tell of anything that was thrown (%#)', (thrown, told) => {
    expect(errorFields(thrown)).toEqual({ error: told });
  });

  it('an error with a cause that is no error stands for itself', () => {
    expect(errorFields(new Error('outer', { cause: 'a text' })).error).toBe('Error: outer');
  });
});
