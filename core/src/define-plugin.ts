import type { z } from 'zod';
import { describeReceived } from './config-problems.ts';
import type { AttemptContext, RequestContext, ResponseContext, RoutingContext } from './context.ts';
import { GatewayConfigError } from './errors.ts';
import type { Handoff } from './handoff/handoff.ts';
import type { PluginRoute } from './http/plugin-route.ts';
import type { Sockets } from './http/sockets.ts';
import type { GatewayResponse } from './model/response.ts';
import { parseOptions } from './parse-options.ts';
import { maxTimerMs } from './services/clock.ts';
import { isToken, type Token, token } from './services/token.ts';
import { isSlot, principal, type Slot } from './slot.ts';

/**
 * What a hook may give back. `undefined` goes on; a `GatewayResponse` answers now (`onRequest`, `beforeRoute`) or
 * replaces the response (`afterResponse`). Anything else is an error that names the plugin and the hook.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook without a return statement is the common one.
export type HookResult = GatewayResponse | undefined | void;

/**
 * What happens when a hook fails: throws anything but a refusal, exceeds its time, returns nonsense.
 * - `closed` (default): the exchange fails with a masked 500. Identity, money, privacy.
 * - `open`: logged, counted, the exchange goes on. Observability, cache.
 */
export type FailurePolicy = 'closed' | 'open';

/**
 * The hooks of one plugin in one gateway; all optional.
 *
 * **Order**: `onRequest` and `beforeRoute` run in the order of the `plugins` list, `afterResponse` in reverse, one at a
 * time; a promise is awaited, a synchronous hook costs no tick. Nothing is ever reordered.
 *
 * **Short-circuit**: an answer skips the rest of the way in. The way out still runs for every plugin exactly once,
 * whoever answered; `response.source` says who.
 *
 * **Refusing**: throw a `GatewayError`. Its status, code and headers go to the client in its own dialect. A 4xx is a
 * decision and is never swallowed, whatever `onFailure` says.
 *
 * **Time**: a hook that returns a promise has a limit (`timeoutMs`, default 10 s). At the limit `context.signal` aborts
 * and the failure policy applies.
 */
export interface PluginHooks {
  /** May this caller come in? Head of the request only; the body is not read yet. */
  onRequest?(context: RequestContext): HookResult | Promise<HookResult>;
  /** What is asked, and where may it go? Once per exchange, before any upstream is chosen. */
  beforeRoute?(context: RoutingContext): HookResult | Promise<HookResult>;
  /**
   * What came back? Nothing was sent yet. For a stream, return the response with its events wrapped (or use
   * `mapTexts`); never iterate it here. After the first event is out an error becomes the dialect's in-stream error.
   * This is not the end: that is `context.onSettled`.
   */
  afterResponse?(context: ResponseContext): HookResult | Promise<HookResult>;
  /** Before each try at a target. Throw `SkipTarget` for the next target, a `GatewayError` to refuse the exchange. */
  attempt?(context: AttemptContext): void | Promise<void>;
  /** Before the gateway takes requests; in list order. A failure makes the gateway answer 503 `GW_NOT_READY`. */
  start?(): void | Promise<void>;
  /** After the last settlement; in reverse order. */
  dispose?(): void | Promise<void>;
  /** Paths of the plugin's own, whose requests pass unread. For what no dialect speaks; a plugin never sees a socket of a call. */
  readonly handoffs?: readonly Handoff[];
  /**
   * Paths that the plugin answers itself, beside the calls: an admin plane, a page. A function is asked once every plugin is built.
   */
  readonly routes?: readonly PluginRoute[] | (() => readonly PluginRoute[]);
  /** WebSockets for clients: an engine that speaks them, and who may open one. At most one plugin brings them. */
  readonly sockets?: Sockets;
  /** What the plugin would do with this request, in words; pure, without side effects. For `gateway.explain()`. */
  explain?(request: { readonly dialect: string; readonly model: string | undefined }): string;
}

/** Something a plugin asks for: a service, which it gets, or a slot, which an earlier plugin must provide. */
export type PluginNeed = Token | Slot<unknown>;

/** The services of `requires`, by their keys. */
export type PluginServices<Needs extends readonly PluginNeed[]> = {
  readonly [Need in Extract<Needs[number], Token> as Need['key']]: Need extends Token<infer Service> ? Service : never;
};

interface PluginBase<Schema extends z.ZodType> {
  /** Unique in a gateway; the package's name without scope. */
  readonly name: string;
  /** Options are checked when the plugin is called; the error names the path and the value received. */
  readonly options?: Schema;
  /** Slots this plugin sets. `provides: [principal]` makes it an authenticator: in `onRequest` it sets it or refuses. */
  readonly provides?: readonly Slot<unknown>[];
  /** Plugins that, when listed, must stand earlier. Asserted when the gateway is built; nothing is reordered. */
  readonly after?: readonly string[];
  /** Plugins that, when listed, must stand later. */
  readonly before?: readonly string[];
  /** Default `closed`; an authenticator has no other. */
  readonly onFailure?: FailurePolicy;
  /** Limit of one hook that returns a promise. Milliseconds; default 10,000. */
  readonly timeoutMs?: number;
  /**
   * Says that the hooks make sense for requests that nobody reads (`call.opaque`): a log, a limit by count. Without it a plugin
   * with `beforeRoute`, `attempt` or `afterResponse` cannot police what a handoff carries, and such requests are refused.
   */
  readonly opaque?: boolean;
}

export interface PluginDefinition<Schema extends z.ZodType, Needs extends readonly PluginNeed[]> extends PluginBase<Schema> {
  readonly requires?: Needs;
  /** Makes the hooks for one gateway. State lives in this closure, never in the module. */
  readonly create: (options: z.output<Schema>, services: PluginServices<Needs>) => PluginHooks;
}

// biome-ignore lint/suspicious/noExplicitAny: a constructor's parameters are tsyringe's to fill; no type can name them.
export type PluginClass = new (...parameters: any[]) => PluginHooks;

/** For authors who prefer classes: constructor parameters by tsyringe's `inject(Token.symbol)`, which this package gives. */
export interface PluginClassDefinition<Schema extends z.ZodType> extends PluginBase<Schema> {
  readonly requires?: readonly PluginNeed[];
  readonly class: PluginClass;
}

/** The checked options, for plugin classes: `inject(PluginOptions.symbol)`. */
export const PluginOptions: Token<unknown, 'options'> = token<unknown>()('PluginOptions', 'options');

/** A plugin with its options: what stands in the `plugins` list. */
export interface GatewayPlugin {
  readonly kind: 'plugin';
  readonly name: string;
  readonly options: unknown;
  readonly requires: readonly PluginNeed[];
  readonly provides: readonly Slot<unknown>[];
  readonly after: readonly string[];
  readonly before: readonly string[];
  readonly onFailure: FailurePolicy;
  readonly timeoutMs: number;
  readonly opaque: boolean;
  readonly build: PluginBuild;
}

export type PluginBuild =
  | { readonly kind: 'create'; readonly create: (options: unknown, services: Record<string, unknown>) => PluginHooks }
  | { readonly kind: 'class'; readonly class: new (...parameters: never[]) => PluginHooks };

/** Default limit of a hook that returns a promise. */
export const defaultHookTimeoutMs = 10_000;

/**
 * Declares a plugin; returns its factory.
 *
 * ```ts
 * export const greeting = definePlugin({
 *   name: 'greeting',
 *   options: z.object({ header: z.string().default('x-hello') }),
 *   requires: [Clock],
 *   create: (options, { clock }) => ({
 *     onRequest: (context) => context.setHeader(options.header, String(clock.now())),
 *   }),
 * });
 * ```
 */
export function definePlugin<const Needs extends readonly PluginNeed[] = []>(
  definition: PluginDefinition<z.ZodUndefined, Needs> & { readonly options?: undefined },
): () => GatewayPlugin;
export function definePlugin<Schema extends z.ZodType, const Needs extends readonly PluginNeed[] = []>(
  definition: PluginDefinition<Schema, Needs> & { readonly options: Schema },
): PluginFactory<Schema>;
export function definePlugin<Schema extends z.ZodType>(definition: PluginClassDefinition<Schema>): PluginFactory<Schema>;
export function definePlugin(
  definition: PluginDefinition<z.ZodType, readonly PluginNeed[]> | PluginClassDefinition<z.ZodType>,
): (options?: unknown) => GatewayPlugin {
  const build: PluginBuild =
    'class' in definition
      ? { kind: 'class', class: definition.class }
      : { kind: 'create', create: definition.create as (options: unknown, services: Record<string, unknown>) => PluginHooks };
  checkDefinition(definition);
  return (options) =>
    Object.freeze({
      kind: 'plugin',
      name: definition.name,
      options: checkedOptions(definition.name, definition.options, options),
      requires: definition.requires ?? [],
      provides: definition.provides ?? [],
      after: definition.after ?? [],
      before: definition.before ?? [],
      onFailure: definition.onFailure ?? 'closed',
      timeoutMs: definition.timeoutMs ?? defaultHookTimeoutMs,
      opaque: definition.opaque ?? false,
      build,
    });
}

/** What the compiler cannot see, and what authors without one get wrong. */
function checkDefinition(definition: PluginDefinition<z.ZodType, readonly PluginNeed[]> | PluginClassDefinition<z.ZodType>): void {
  const { name, timeoutMs = defaultHookTimeoutMs, onFailure = 'closed', provides } = definition;
  if (!isPluginName(name)) refuse('name', 'lower-case letters, digits, dots, dashes (64 at most)', name);
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > maxTimerMs)
    refuse(`timeoutMs of ${name}`, `whole milliseconds from 1 to ${maxTimerMs}`, timeoutMs);
  if (onFailure !== 'open' && onFailure !== 'closed') refuse(`onFailure of ${name}`, '"open" or "closed"', onFailure);
  if (definition.opaque !== undefined && typeof definition.opaque !== 'boolean')
    refuse(`opaque of ${name}`, 'true or false', definition.opaque);
  checkLists(definition);
  if (onFailure === 'open' && provides?.includes(principal as Slot<unknown>))
    refuse(`onFailure of ${name}`, '"closed", for it provides principal: when it fails, nobody is let in', onFailure);
  const build = 'class' in definition ? definition.class : definition.create;
  if (typeof build !== 'function') refuse(`${'class' in definition ? 'class' : 'create'} of ${name}`, 'a function', build);
}

function checkLists({ name, requires, provides, after, before }: PluginBase<z.ZodType> & { readonly requires?: unknown }): void {
  const lists = [
    [
      'requires',
      requires,
      'a service or a slot (does an import circle leave it undefined?)',
      (need: unknown) => isToken(need) || isSlot(need),
    ],
    ['provides', provides, 'a slot (does an import circle leave it undefined?)', isSlot],
    ['after', after, 'the name of a plugin', isPluginName],
    ['before', before, 'the name of a plugin', isPluginName],
  ] as const;
  for (const [what, list, member, fits] of lists) {
    if (list === undefined) continue;
    if (!Array.isArray(list)) refuse(`${what} of ${name}`, `a list, each member ${member}`, list);
    for (const [index, one] of (list as readonly unknown[]).entries()) if (!fits(one)) refuse(`${what}[${index}] of ${name}`, member, one);
  }
}

function isPluginName(value: unknown): boolean {
  return typeof value === 'string' && /^[a-z0-9][a-z0-9._-]{0,63}$/.test(value);
}

function refuse(what: string, expected: string, received: unknown): never {
  throw new TypeError(`definePlugin: ${what}: expected ${expected}, received ${describeReceived(received)}`);
}

/** Options may be left out when the schema accepts `{}`. */
export type PluginFactory<Schema extends z.ZodType> =
  // biome-ignore lint/complexity/noBannedTypes: the empty object itself is meant: may every option be left out?
  {} extends z.input<Schema> ? (options?: z.input<Schema>) => GatewayPlugin : (options: z.input<Schema>) => GatewayPlugin;

function checkedOptions(name: string, schema: z.ZodType | undefined, options: unknown): unknown {
  if (schema === undefined) {
    if (options === undefined) return undefined;
    throw new GatewayConfigError(`The plugin ${name} cannot be used like this:`, [
      { path: 'options', expected: 'nothing', received: describeReceived(options) },
    ]);
  }
  return parseOptions(`The plugin ${name}`, schema, options);
}
