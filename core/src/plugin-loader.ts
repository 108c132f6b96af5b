import { ChildCalls } from './child-calls.ts';
import { describeReceived } from './config-problems.ts';
import type { GatewayPlugin, PluginHooks } from './define-plugin.ts';
import { PluginOptions } from './define-plugin.ts';
import { type ConfigProblem, GatewayConfigError } from './errors.ts';
import { handoffProblems } from './handoff/check.ts';
import type { LoadedPlugin } from './hooks.ts';
import { nearKey } from './near-key.ts';
import type { ServiceContainer } from './services/container.ts';
import { errorFields, type Logger } from './services/logger.ts';
import { Models } from './services/models.ts';
import { isToken, type Token } from './services/token.ts';
import { isSlot, principal, type Slot } from './slot.ts';
import { within } from './within.ts';

/** Limit of one plugin's `start` or `dispose`. Milliseconds. */
const lifecycleMs = 10_000;

/** By name: one that sets the slot of another copy of this package must not leave everybody anonymous. */
export function authenticates({ provides }: GatewayPlugin): boolean {
  return provides.some(({ name }) => name === principal.name);
}

/**
 * Checks order and needs: assertions, nothing is moved. The error says which line to move, or what to add.
 */
export function checkPlugins(plugins: readonly GatewayPlugin[], services: ServiceContainer, allowAnonymous: boolean): void {
  const problems: ConfigProblem[] = [];
  const positions = new Map<string, number>();
  const authenticated = plugins.some(authenticates);
  // With an authenticator nobody is anonymous: before it there is no principal.
  const provided = new Set<Slot<unknown>>(allowAnonymous && !authenticated ? [principal as Slot<unknown>] : []);
  for (const [index, plugin] of plugins.entries()) {
    const path = `plugins[${index}] (${plugin.name})`;
    const twin = positions.get(plugin.name);
    if (twin !== undefined)
      problems.push({ path, expected: 'each plugin once', received: `the same plugin again (first at plugins[${twin}])` });
    positions.set(plugin.name, index);
    for (const need of plugin.requires) {
      if (isSlot(need) && !provided.has(need))
        problems.push({ path, expected: `an earlier plugin that provides ${need.name}`, received: 'none; list one above this line' });
      if (isToken(need) && !services.has(need))
        problems.push({ path, expected: `a service ${need.name}`, received: `none; add provide(${need.name}, …) to services` });
    }
    for (const slot of plugin.provides) provided.add(slot);
    if (authenticates(plugin) && !provided.has(principal as Slot<unknown>))
      problems.push({
        path,
        expected: 'the slot principal of this package',
        received: 'another of that name (is @express-ai-gateway/core installed twice?)',
      });
  }
  for (const [index, plugin] of plugins.entries()) problems.push(...orderProblems(plugin, index, positions));
  if (!allowAnonymous && !authenticated)
    problems.push({
      path: 'plugins',
      expected: 'an authentication plugin, or allowAnonymous: true',
      received: 'neither: everybody who reaches this gateway could spend your money',
    });
  if (problems.length > 0) throw new GatewayConfigError('The gateway cannot start with these plugins:', problems);
}

function orderProblems(plugin: GatewayPlugin, index: number, positions: ReadonlyMap<string, number>): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const other of plugin.after) {
    const at = lastOf(other, positions);
    if (at !== undefined && at > index)
      problems.push({
        path: `plugins[${index}] (${plugin.name})`,
        expected: `to stand after ${other}`,
        received: `before it; move it below plugins[${at}]`,
      });
  }
  for (const other of plugin.before) {
    const at = firstOf(other, positions);
    if (at !== undefined && at < index)
      problems.push({
        path: `plugins[${index}] (${plugin.name})`,
        expected: `to stand before ${other}`,
        received: `after it; move it above plugins[${at}]`,
      });
  }
  return problems;
}

/** Where a plugin stands; `routing` is also every `routing.…`, for a package may have several. */
function placesOf(name: string, positions: ReadonlyMap<string, number>): number[] {
  return [...positions].filter(([other]) => other === name || other.startsWith(`${name}.`)).map(([, at]) => at);
}

function firstOf(name: string, positions: ReadonlyMap<string, number>): number | undefined {
  const places = placesOf(name, positions);
  return places.length === 0 ? undefined : Math.min(...places);
}

function lastOf(name: string, positions: ReadonlyMap<string, number>): number | undefined {
  const places = placesOf(name, positions);
  return places.length === 0 ? undefined : Math.max(...places);
}

/** Builds each plugin: functions get their services, classes a container of their own. */
export function buildPlugins(plugins: readonly GatewayPlugin[], services: ServiceContainer): LoadedPlugin[] {
  return plugins.map((plugin) => ({
    name: plugin.name,
    onFailure: plugin.onFailure,
    timeoutMs: plugin.timeoutMs,
    authenticates: plugin.provides.includes(principal as Slot<unknown>),
    opaque: plugin.opaque,
    hooks: namedHooks(plugin, services),
  }));
}

/** A plugin that cannot be built is named: the stack of its own code alone would not say which line of the config it is. */
function namedHooks(plugin: GatewayPlugin, services: ServiceContainer): PluginHooks {
  let hooks: unknown;
  try {
    hooks = buildHooks(plugin, services);
  } catch (error) {
    throw new Error(`The plugin ${plugin.name} could not be built: ${messageOf(error)}`, { cause: error });
  }
  if (typeof hooks === 'object' && hooks !== null && !('then' in hooks)) return checkedHooks(plugin.name, hooks);
  const received =
    hooks instanceof Promise ? 'a promise (wait in start() instead)' : hooks === null ? 'null' : `a value of type ${typeof hooks}`;
  throw new TypeError(`The plugin ${plugin.name} could not be built: expected create to return hooks, received ${received}`);
}

/** Members of a plugin that are no functions to call in an exchange. */
type NotHooks = 'handoffs' | 'sockets' | 'routes';

const notHooks: readonly string[] = ['handoffs', 'sockets', 'routes'] satisfies NotHooks[];

const hookNames = Object.keys({
  onRequest: true,
  beforeRoute: true,
  afterResponse: true,
  attempt: true,
  start: true,
  dispose: true,
  explain: true,
} satisfies Record<Exclude<keyof PluginHooks, NotHooks>, true>);

/** A hook under a wrong name would never run, and nobody would know: the plugin that guards would guard nothing. */
function checkedHooks(plugin: string, made: object): PluginHooks {
  const hooks = made as Readonly<Record<string, unknown>>;
  const problems: ConfigProblem[] = hookNames
    .filter((name) => hooks[name] !== undefined && typeof hooks[name] !== 'function')
    .map((name) => ({ path: name, expected: 'a function', received: describeReceived(hooks[name]) }));
  if (hooks.handoffs !== undefined) problems.push(...handoffProblems(hooks.handoffs));
  for (const [name, { value }] of strangeMembers(hooks)) {
    const near = nearKey(name, hookNames);
    const hint = near === undefined ? `there are: ${hookNames.join(', ')}` : `did you mean ${near}?`;
    problems.push({ path: name, expected: `no such hook (${hint})`, received: describeReceived(value, [name]) });
  }
  if (problems.length > 0) throw new GatewayConfigError(`The plugin ${plugin} could not be built:`, problems);
  return hooks;
}

/** An object written down has hooks and nothing else; a class may have methods of its own, as long as none looks like a hook. */
function strangeMembers(hooks: object): (readonly [string, PropertyDescriptor])[] {
  const members = Object.entries(Object.getOwnPropertyDescriptors(hooks));
  let holder = Object.getPrototypeOf(hooks) as object | null;
  const written = holder === null || holder === Object.prototype;
  for (; holder !== null && holder !== Object.prototype; holder = Object.getPrototypeOf(holder) as object | null)
    members.push(...Object.entries(Object.getOwnPropertyDescriptors(holder)));
  const strange = members.filter(([name]) => !hookNames.includes(name) && !notHooks.includes(name));
  return written ? strange : strange.filter(([name, { value }]) => typeof value === 'function' && nearKey(name, hookNames) !== undefined);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function buildHooks(plugin: GatewayPlugin, services: ServiceContainer): PluginHooks {
  const given = ownServices(plugin, services);
  if (plugin.build.kind === 'create') {
    const needed = plugin.requires.filter(isToken).map((token: Token) => [token.key, given.get(token) ?? services.get(token)] as const);
    return plugin.build.create(plugin.options, Object.fromEntries(needed));
  }
  return services.construct(plugin.build.class, [[PluginOptions, plugin.options], ...given]);
}

/** Model calls in the plugin's own name: a call must leave out who made it, and nobody else. */
function ownServices({ name }: GatewayPlugin, services: ServiceContainer): ReadonlyMap<Token, unknown> {
  const models = services.has(Models) ? services.get(Models) : undefined;
  return new Map(models instanceof ChildCalls ? [[Models as Token, models.askedBy(name)]] : []);
}

/** Starts plugins in list order and disposes them in reverse; both once, each step limited in time and named. */
export class PluginLifecycle {
  readonly #plugins: readonly LoadedPlugin[];
  readonly #logger: Logger;
  readonly #started: LoadedPlugin[] = [];
  #starting: Promise<void> | undefined = undefined;
  #disposing: Promise<void> | undefined = undefined;

  constructor(plugins: readonly LoadedPlugin[], logger: Logger) {
    this.#plugins = plugins;
    this.#logger = logger;
  }

  /** Rejects with the first failure; plugins after it are not started. */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** Disposes what was started. A plugin that fails is logged and hinders no other. */
  dispose(): Promise<void> {
    this.#disposing ??= this.#dispose();
    return this.#disposing;
  }

  async #start(): Promise<void> {
    for (const plugin of this.#plugins) {
      this.#started.push(plugin);
      try {
        await within(lifecycleMs, plugin.hooks.start?.());
      } catch (error) {
        this.#logger.log('error', `The plugin ${plugin.name} failed to start; the gateway answers 503 GW_NOT_READY.`, {
          plugin: plugin.name,
          ...errorFields(error),
        });
        throw new Error(`The plugin ${plugin.name} failed to start: ${messageOf(error)}`, { cause: error });
      }
    }
  }

  async #dispose(): Promise<void> {
    for (const plugin of this.#started.splice(0).reverse()) {
      try {
        await within(lifecycleMs, plugin.hooks.dispose?.());
      } catch (error) {
        this.#logger.log('error', `The plugin ${plugin.name} failed to dispose.`, { plugin: plugin.name, ...errorFields(error) });
      }
    }
  }
}
