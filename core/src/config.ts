import { z } from 'zod';
import { configProblems } from './config-problems.ts';
import type { GatewayPlugin } from './define-plugin.ts';
import { type ConfigProblem, GatewayConfigError } from './errors.ts';
import { isModelName } from './model-name.ts';
import type { Provider } from './providers/provider.ts';
import { type Resilience, type ResilienceConfig, resilienceSchema } from './resilience/settings.ts';
import { maxTimerMs } from './services/clock.ts';
import type { ServiceProvision } from './services/container.ts';
import { isToken } from './services/token.ts';
import type { TranslatePolicy } from './upstream/router.ts';

const count = z.int().positive();

const milliseconds = z.int().positive().max(maxTimerMs);

/** A value made by one of our factories: the kind says which. */
function made<T extends { readonly kind: string }>(kind: T['kind'], expected: string): z.ZodType<T> {
  return z.custom<T>((value) => typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === kind, {
    error: expected,
  });
}

function isProvision(value: unknown): boolean {
  const { token, make } = (value ?? {}) as Partial<ServiceProvision>;
  return isToken(token) && typeof make === 'function';
}

const limitsSchema = z.strictObject({
  /** Bytes of a request body; coding agents send large ones. */
  bodyBytes: count.default(10 * 1024 * 1024),
  /** Milliseconds for a request body to arrive. */
  bodyMs: milliseconds.default(30_000),
  /** Nesting of a request body. */
  jsonDepth: count.default(64),
  /** Values in a request body: members and elements together. */
  jsonValues: count.default(500_000),
  /** Members of one object in a request body. */
  jsonKeys: count.default(10_000),
  /** Bytes of a whole answer of an upstream. */
  responseBytes: count.default(32 * 1024 * 1024),
  /** Bytes of one event of an upstream's stream. */
  eventBytes: count.default(4 * 1024 * 1024),
  /** Milliseconds that a client may stop reading before it is disconnected. */
  stallMs: milliseconds.default(30_000),
  /** Bytes of an answer that is kept for repeats of its `Idempotency-Key`. */
  idempotencyBytes: count.default(1024 * 1024),
  /** Sockets to each upstream. */
  connections: count.default(1_024),
});

const timeoutsSchema = z.strictObject({
  /** Milliseconds to connect to an upstream, TLS included. */
  connectMs: milliseconds.default(5_000),
  /** Milliseconds until the first byte of a streamed answer. */
  firstByteMs: milliseconds.default(120_000),
  /** Milliseconds between two bytes of an answer. */
  idleMs: milliseconds.default(120_000),
  /** Milliseconds for a whole answer. */
  totalMs: milliseconds.default(600_000),
  /** Milliseconds of silence after which a waiting stream's client gets a comment. */
  heartbeatMs: milliseconds.default(15_000),
  /** Milliseconds that an answer is kept for repeats of its `Idempotency-Key`. */
  idempotencyMs: milliseconds.default(24 * 60 * 60 * 1000),
  /** Milliseconds that items of translated Responses answers are kept for requests that refer to them; 0: not at all. */
  itemsMs: z
    .int()
    .nonnegative()
    .max(maxTimerMs)
    .default(60 * 60 * 1000),
  /** Milliseconds that `close()` waits for exchanges under way before it ends them. */
  closeMs: milliseconds.default(25_000),
});

const configSchema = z.strictObject({
  providers: z.array(made<Provider>('provider', 'a provider such as openai({ apiKey })')).min(1, { error: 'at least one provider' }),
  models: z.record(z.string().min(1), z.union([z.string(), z.array(z.string()).min(1, { error: 'at least one target' })])).default({}),
  plugins: z.array(made<GatewayPlugin>('plugin', 'a plugin such as logging() (is the call missing?)')).default([]),
  services: z.array(z.custom<ServiceProvision>(isProvision, { error: 'provide(Token, service)' })).default([]),
  allowAnonymous: z.boolean().default(false),
  allowUnpoliced: z.array(z.string()).default([]),
  translate: z.enum(['same-first', 'in-order', 'never']).default('same-first'),
  limits: limitsSchema.prefault({}),
  timeouts: timeoutsSchema.prefault({}),
  resilience: resilienceSchema.prefault({}),
});

export type Limits = z.output<typeof limitsSchema>;
export type Timeouts = z.output<typeof timeoutsSchema>;

/** What a team writes down. One plain object; parsed once. */
export interface GatewayConfig {
  readonly providers: readonly Provider[];
  /**
   * Model aliases: a name of yours → targets (`provider/model`), best first. A `*` stands for whatever the client writes there, in
   * the name and in its targets: `'claude-*': ['anthropic/claude-*', 'bedrock/anthropic.claude-*']`.
   */
  readonly models?: Readonly<Record<string, string | readonly string[]>>;
  /** The list is the order. */
  readonly plugins?: readonly GatewayPlugin[];
  /** Your own services in place of the defaults: `provide(Logger, myLogger)`. */
  readonly services?: readonly ServiceProvision[];
  /** Lets everybody in who reaches the mount. Needed when no plugin authenticates. */
  readonly allowAnonymous?: boolean;
  /**
   * Plugins, by name, that may be left out where a handoff carries requests unread (pass-through, service-proxy). Without it
   * such requests are refused while a plugin is listed that decides by what it reads: see `GW_UNPOLICED`.
   */
  readonly allowUnpoliced?: readonly string[];
  /**
   * Calls to targets whose provider speaks another chat format than the client:
   * - `same-first` (default): targets of the client's own format are asked before others of the same alias;
   * - `in-order`: as the alias lists them;
   * - `never`: only targets of the client's own format.
   */
  readonly translate?: TranslatePolicy;
  readonly limits?: Partial<Limits>;
  readonly timeouts?: Partial<Timeouts>;
  /** What is done about providers that fail, and how much: see docs/resilience.md. Everything has a default. */
  readonly resilience?: ResilienceConfig;
}

/** The config with every default filled in. */
export interface ParsedConfig {
  readonly providers: readonly Provider[];
  readonly models: Readonly<Record<string, readonly string[]>>;
  readonly plugins: readonly GatewayPlugin[];
  readonly services: readonly ServiceProvision[];
  readonly allowAnonymous: boolean;
  readonly allowUnpoliced: readonly string[];
  readonly translate: TranslatePolicy;
  readonly limits: Limits;
  readonly timeouts: Timeouts;
  readonly resilience: Resilience;
}

/** Throws `GatewayConfigError`: every problem with its path, what is expected and what was received. */
export function parseConfig(config: GatewayConfig): ParsedConfig {
  const result = configSchema.safeParse(config);
  const problems = result.success ? [] : configProblems(result.error, config, '', configSchema);
  problems.push(...meaningProblems(config, result.error));
  if (!result.success || problems.length > 0) throw new GatewayConfigError('The gateway config is not usable:', problems);
  return { ...result.data, models: aliasesOf(result.data.models) };
}

function aliasesOf(models: GatewayConfig['models'] = {}): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(models).map(([alias, targets]) => [alias, typeof targets === 'string' ? [targets] : (targets as readonly string[])]),
  );
}

/** What the schema cannot see. Told together with its findings, as far as the parts concerned are well-formed. */
function meaningProblems(config: GatewayConfig, error: z.ZodError | undefined): ConfigProblem[] {
  if (error?.issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0)) return [];
  const malformed = new Set(error?.issues.map(({ path }) => path[0]));
  const unknown = malformed.has('plugins') || malformed.has('allowUnpoliced') ? [] : unpolicedProblems(config);
  return [...unknown, ...targetProblems(config, malformed)];
}

/** An exception for a plugin that is not there is a slip of the pen, and the real one would stay refused. */
function unpolicedProblems({ plugins = [], allowUnpoliced = [] }: GatewayConfig): ConfigProblem[] {
  return allowUnpoliced.flatMap((name, index) =>
    plugins.some((plugin) => plugin.name === name)
      ? []
      : [
          {
            path: `allowUnpoliced[${index}]`,
            expected: `a plugin of the list (${plugins.map((plugin) => plugin.name).join(', ') || 'it is empty'})`,
            received: JSON.stringify(name.slice(0, 64)),
          },
        ],
  );
}

function targetProblems(config: GatewayConfig, malformed: ReadonlySet<PropertyKey | undefined>): ConfigProblem[] {
  if (malformed.has('providers')) return [];
  const providers = providerProblems(config.providers);
  return malformed.has('models') ? providers : [...providers, ...aliasProblems(aliasesOf(config.models), config.providers)];
}

function providerProblems(providers: readonly Provider[]): ConfigProblem[] {
  return providers.flatMap(({ name }, index) => {
    const first = providers.findIndex((other) => other.name === name);
    return first === index
      ? []
      : [
          {
            path: `providers[${index}]`,
            expected: 'a name of its own (see the option name)',
            received: `"${name}", like providers[${first}]`,
          },
        ];
  });
}

function aliasProblems(aliases: Readonly<Record<string, readonly string[]>>, providers: readonly Provider[]): ConfigProblem[] {
  const known = providers.map(({ name }) => name).join(', ');
  return Object.entries(aliases).flatMap(([alias, targets]) => {
    const path = `models.${alias}`;
    const problems: ConfigProblem[] = [];
    if (alias.includes('/'))
      problems.push({ path, expected: 'a name without a slash (provider/model has one)', received: JSON.stringify(alias) });
    if (alias.indexOf('*') !== alias.lastIndexOf('*')) problems.push({ path, expected: 'one * at most', received: JSON.stringify(alias) });
    for (const [index, target] of targets.entries()) {
      const provider = providers.find(({ name }) => target.startsWith(`${name}/`));
      const model = target.slice((provider?.name.length ?? 0) + 1);
      if (provider === undefined || model === '')
        problems.push({
          path: `${path}[${index}]`,
          expected: `provider/model with a provider of: ${known}`,
          received: JSON.stringify(target),
        });
      else if (!isModelName(model))
        problems.push({
          path: `${path}[${index}]`,
          expected: 'a model of printable ASCII characters, 256 at most',
          received: JSON.stringify(target.slice(0, 40)),
        });
      else if (model.includes('*') && !alias.includes('*'))
        problems.push({ path: `${path}[${index}]`, expected: 'a * only where the alias has one', received: JSON.stringify(target) });
      else if (provider.models !== undefined && !model.includes('*') && !provider.models.includes(model))
        problems.push({
          path: `${path}[${index}]`,
          expected: `a model that ${provider.name} names: ${provider.models.join(', ')}`,
          received: JSON.stringify(target),
        });
    }
    return problems;
  });
}
