import { describe, expect, it } from 'vitest';
import { type GatewayConfig, parseConfig } from '../../core/src/config.ts';
import { definePlugin } from '../../core/src/define-plugin.ts';
import { type ConfigProblem, GatewayConfigError } from '../../core/src/errors.ts';
import { openaiCompatible } from '../../core/src/providers/openai-compatible/openai-compatible.ts';
import { Clock, maxTimerMs } from '../../core/src/services/clock.ts';

const up = openaiCompatible({ name: 'up', baseUrl: 'http://127.0.0.1:1/v1' });
const named = openaiCompatible({ name: 'named', baseUrl: 'http://127.0.0.1:1/v1', models: ['a', 'b'] });

function refused(config: unknown): GatewayConfigError {
  try {
    parseConfig(config as GatewayConfig);
  } catch (error) {
    if (error instanceof GatewayConfigError) return error;
    throw error;
  }
  throw new Error('The config was taken.');
}

const problems = (config: unknown): readonly ConfigProblem[] => refused(config).problems;

describe('a usable config', () => {
  it('gets every default filled in', () => {
    expect(parseConfig({ providers: [up] })).toEqual({
      providers: [up],
      models: {},
      plugins: [],
      services: [],
      allowAnonymous: false,
      allowUnpoliced: [],
      translate: 'same-first',
      limits: {
        bodyBytes: 10_485_760,
        bodyMs: 30_000,
        jsonDepth: 64,
        jsonValues: 500_000,
        jsonKeys: 10_000,
        responseBytes: 33_554_432,
        eventBytes: 4_194_304,
        stallMs: 30_000,
        idempotencyBytes: 1024 * 1024,
        connections: 1_024,
      },
      timeouts: {
        connectMs: 5_000,
        firstByteMs: 120_000,
        idleMs: 120_000,
        totalMs: 600_000,
        heartbeatMs: 15_000,
        idempotencyMs: 86_400_000,
        itemsMs: 3_600_000,
        closeMs: 25_000,
      },
      resilience: {
        retries: 2,
        backoff: { baseMs: 500, capMs: 8_000, toldCapMs: 10_000 },
        firstTokenMs: 10_000,
        silenceMs: 10_000,
        recovery: 'resume',
        hedge: false,
        breaker: { consecutive: 3, ratio: 0.5, calls: 20, windowMs: 10_000, probeMs: 10_000 },
        concurrency: 'adaptive',
        queueMs: 5_000,
        queueLength: 100,
        aliases: {},
        targets: {},
      },
    });
  });

  it('keeps what is given beside the defaults, and makes a list of each alias', () => {
    const parsed = parseConfig({
      providers: [up, named],
      models: { chat: 'up/m', best: ['named/a', 'up/x/y'] },
      limits: { bodyBytes: 5 },
      timeouts: { totalMs: maxTimerMs },
    });
    expect(parsed.models).toEqual({ chat: ['up/m'], best: ['named/a', 'up/x/y'] });
    expect(parsed.limits).toMatchObject({ bodyBytes: 5, jsonDepth: 64 });
    expect(parsed.timeouts).toMatchObject({ totalMs: maxTimerMs, idleMs: 120_000 });
  });
});

describe('unknown keys', () => {
  it('are refused with their path and what was probably meant', () => {
    expect(problems({ providers: [up], pluggins: [], limits: { bodybyte: 1 }, timeouts: { idle_ms: 5 } })).toEqual([
      { path: 'limits.bodybyte', expected: 'no such key (did you mean bodyBytes?)', received: '1' },
      { path: 'timeouts.idle_ms', expected: 'no such key (did you mean idleMs?)', received: '5' },
      { path: 'pluggins', expected: 'no such key (did you mean plugins?)', received: 'an array of 0' },
    ]);
  });

  it('near to nothing are refused with the keys there are', () => {
    expect(problems({ providers: [up], verbose: true })).toEqual([
      {
        path: 'verbose',
        expected:
          'no such key (there are: providers, models, plugins, services, allowAnonymous, allowUnpoliced, translate, limits, timeouts, resilience)',
        received: 'true',
      },
    ]);
  });
});

const wrong: readonly (readonly [config: object, path: string, expected: string, received: string])[] = [
  [{ models: { 'a*b*': 'up/m' } }, 'models.a*b*', 'one * at most', '"a*b*"'],
  [{ models: { chat: 'up/*' } }, 'models.chat[0]', 'a * only where the alias has one', '"up/*"'],
  [{ limits: { bodyBytes: '10mb' } }, 'limits.bodyBytes', 'a number', '"10mb"'],
  [{ limits: { bodyBytes: 0 } }, 'limits.bodyBytes', 'a number of more than 0', '0'],
  [{ limits: { bodyBytes: 1.5 } }, 'limits.bodyBytes', 'a whole number', '1.5'],
  [{ limits: { bodyBytes: Number.NaN } }, 'limits.bodyBytes', 'a number', 'NaN'],
  [{ limits: 5 }, 'limits', 'an object', '5'],
  [{ timeouts: { totalMs: maxTimerMs + 1 } }, 'timeouts.totalMs', 'a number of at most 2147483647', '2147483648'],
  [{ timeouts: { totalMs: Number.POSITIVE_INFINITY } }, 'timeouts.totalMs', 'a number', 'Infinity'],
  [{ allowAnonymous: 'yes' }, 'allowAnonymous', 'a boolean', '"yes"'],
  [{ allowUnpoliced: ['guard'] }, 'allowUnpoliced[0]', 'a plugin of the list (it is empty)', '"guard"'],
  [{ providers: [] }, 'providers', 'at least one provider', 'an array of 0'],
  [{ providers: undefined }, 'providers', 'an array', 'nothing'],
  [{ providers: up }, 'providers', 'an array', 'an object'],
  [{ providers: [up, { name: 'x' }] }, 'providers[1]', 'a provider such as openai({ apiKey })', 'an object'],
  [
    { plugins: [definePlugin({ name: 'p', create: () => ({}) })] },
    'plugins[0]',
    'a plugin such as logging() (is the call missing?)',
    'a function',
  ],
  [{ services: [{}] }, 'services[0]', 'provide(Token, service)', 'an object'],
  [{ services: [{ token: Clock }] }, 'services[0]', 'provide(Token, service)', 'an object'],
  [{ services: [null] }, 'services[0]', 'provide(Token, service)', 'null'],
  [{ models: { chat: 5 } }, 'models.chat', 'a string or an array', '5'],
  [{ models: { chat: [] } }, 'models.chat', 'at least one target', 'an array of 0'],
  [{ models: { chat: ['up/m', 5] } }, 'models.chat[1]', 'a string', '5'],
  [{ models: { chat: 'gpt' } }, 'models.chat[0]', 'provider/model with a provider of: up', '"gpt"'],
  [{ models: { chat: ['up/m', 'upp/m'] } }, 'models.chat[1]', 'provider/model with a provider of: up', '"upp/m"'],
  [{ models: { chat: 'up/' } }, 'models.chat[0]', 'provider/model with a provider of: up', '"up/"'],
  [{ models: { chat: 'up/m\n' } }, 'models.chat[0]', 'a model of printable ASCII characters, 256 at most', '"up/m\\n"'],
  [{ models: { chat: 'up/漢' } }, 'models.chat[0]', 'a model of printable ASCII characters, 256 at most', '"up/漢"'],
  [{ models: { 'a/b': 'up/m' } }, 'models.a/b', 'a name without a slash (provider/model has one)', '"a/b"'],
  [{ providers: [named], models: { chat: 'named/c' } }, 'models.chat[0]', 'a model that named names: a, b', '"named/c"'],
  [{ providers: [up, up] }, 'providers[1]', 'a name of its own (see the option name)', '"up", like providers[0]'],
];

describe('wrong values', () => {
  it.each(wrong.map(([config, ...told]) => [...told, config] as const))(
    '%s: expected %s, received %s',
    (path, expected, received, config) => {
      expect(problems({ providers: [up], ...config })).toEqual([{ path, expected, received }]);
    },
  );

  it.each([
    [undefined, 'nothing'],
    [null, 'null'],
    ['config.json', '"config.json"'],
    [[], 'an array of 0'],
  ])('%j as the whole config is refused', (config, received) => {
    expect(problems(config)).toEqual([{ path: '(the whole value)', expected: 'an object', received }]);
  });

  it('are all told at once, one line each, with path, expectation and value', () => {
    const config = { providers: [up, up], models: { chat: 'gpt' }, limits: { bodyBytes: -1 }, allowAnonymous: 1, cash: true };
    const error = refused(config);
    expect(error.problems.map(({ path }) => path)).toEqual([
      'allowAnonymous',
      'limits.bodyBytes',
      'cash',
      'providers[1]',
      'models.chat[0]',
    ]);
    expect(error.code).toBe('GW_CONFIG');
    expect(error.message.split('\n')).toHaveLength(6);
    expect(error.message).toContain('  limits.bodyBytes: expected a number of more than 0, received -1');
  });
});
