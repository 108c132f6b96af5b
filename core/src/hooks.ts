import { errorResponse } from './answers.ts';
import { type AttemptContext, type RequestContext, type ResponseContext, type RoutingContext, SkipTarget } from './context.ts';
import type { FailurePolicy, HookResult, PluginHooks } from './define-plugin.ts';
import { GatewayError, gatewayError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { CarriedBody } from './handoff/carried-body.ts';
import { isHeaderName, isHeaderValue } from './header-text.ts';
import type { GatewayResponse } from './model/response.ts';
import { contextOf } from './plugin-context.ts';
import { errorFields, type Logger } from './services/logger.ts';
import type { Signals } from './services/signals.ts';
import { principal } from './slot.ts';
import { isPromiseLike } from './within.ts';

/** A plugin as the loader built it. */
export interface LoadedPlugin {
  readonly name: string;
  readonly onFailure: FailurePolicy;
  readonly timeoutMs: number;
  readonly hooks: PluginHooks;
  /** It says who is calling. */
  readonly authenticates: boolean;
  /** Its hooks make sense for what is carried unread. */
  readonly opaque?: boolean;
}

/** A try before it goes out, as the plugins' `attempt` gets it. */
export interface HookedAttempt {
  readonly exchange: Exchange;
  context(): AttemptContext;
}

/** A hook that keeps the event loop for so long is told of. Milliseconds. */
const blockingMs = 100;

type HookName = 'onRequest' | 'beforeRoute' | 'afterResponse' | 'attempt';

/** One hook of one plugin, bound when the gateway is built. */
interface BoundHook {
  readonly plugin: LoadedPlugin;
  readonly name: HookName;
  readonly run: (context: unknown) => unknown;
}

/** The only file that knows order, short-circuit, failure policy and time limits of hooks. */
export class HookRunner {
  readonly #onRequest: readonly BoundHook[];
  readonly #beforeRoute: readonly BoundHook[];
  readonly #afterResponse: readonly BoundHook[];
  readonly #attempt: readonly BoundHook[];
  readonly #logger: Logger;
  readonly #signals: Signals;

  constructor(plugins: readonly LoadedPlugin[], logger: Logger, signals: Signals) {
    this.#onRequest = bind(plugins, 'onRequest');
    this.#beforeRoute = bind(plugins, 'beforeRoute');
    this.#afterResponse = bind(plugins, 'afterResponse').reverse();
    this.#attempt = bind(plugins, 'attempt');
    this.#logger = logger;
    this.#signals = signals;
  }

  /** In list order, until one answers. Rejects with a `GatewayError` when one refuses or fails closed. */
  onRequest(exchange: Exchange): Promise<GatewayResponse | undefined> | undefined {
    return this.#onRequest.length === 0 ? undefined : this.#wayIn(this.#onRequest, exchange);
  }

  beforeRoute(exchange: Exchange): Promise<GatewayResponse | undefined> | undefined {
    return this.#beforeRoute.length === 0 ? undefined : this.#wayIn(this.#beforeRoute, exchange);
  }

  /** In reverse order, every plugin, exactly once, whatever happened before. Never rejects. */
  afterResponse(exchange: Exchange, response: GatewayResponse): Promise<GatewayResponse> | GatewayResponse {
    exchange.response = response;
    return this.#afterResponse.length === 0 ? response : this.#wayOut(exchange);
  }

  /** Before a try goes out. Rejects with `SkipTarget` or a `GatewayError`. */
  attempt(attempt: HookedAttempt): Promise<void> | undefined {
    if (this.#attempt.length === 0) return undefined;
    // Two attempts of a hedge: one after the other, for an exchange has one running hook at a time.
    const { exchange } = attempt;
    const earlier = exchange.attemptHooks;
    const run = earlier === undefined ? this.#beforeAttempt(attempt) : earlier.then(() => this.#beforeAttempt(attempt));
    const over = run.then(ignore, ignore);
    exchange.attemptHooks = over;
    void over.then(() => {
      if (exchange.attemptHooks === over) exchange.attemptHooks = undefined;
    });
    return run;
  }

  async #wayIn(hooks: readonly BoundHook[], exchange: Exchange): Promise<GatewayResponse | undefined> {
    for (const hook of hooks) {
      if (isLeftOut(hook, exchange)) continue;
      const pending = this.#run(hook, exchange, contextOf(exchange), true);
      const answer = isPromiseLike(pending) ? await pending : pending;
      if (answer !== undefined) return { ...answer, source: `plugin:${hook.plugin.name}` };
      if (exchange.stopped !== undefined) throw exchange.stopped;
    }
    return undefined;
  }

  async #wayOut(exchange: Exchange): Promise<GatewayResponse> {
    for (const hook of this.#afterResponse) {
      if (isLeftOut(hook, exchange) || (exchange.response?.body.kind === 'opaque' && hook.plugin.opaque !== true)) continue;
      try {
        const pending = this.#run(hook, exchange, contextOf(exchange), false);
        const replacement = isPromiseLike(pending) ? await pending : pending;
        if (replacement !== undefined) exchange.response = replacement;
      } catch (error) {
        exchange.response = errorResponse(exchange, error as GatewayError, `plugin:${hook.plugin.name}`);
      }
    }
    return exchange.response as GatewayResponse;
  }

  async #beforeAttempt(attempt: HookedAttempt): Promise<void> {
    const context = attempt.context();
    for (const hook of this.#attempt) {
      if (isLeftOut(hook, attempt.exchange)) continue;
      const pending = this.#run(hook, attempt.exchange, context, true);
      if (isPromiseLike(pending)) await pending;
      if (attempt.exchange.stopped !== undefined) throw attempt.exchange.stopped;
    }
  }

  /** Runs one hook. A synchronous one costs no promise and arms no timer. */
  #run(
    hook: BoundHook,
    exchange: Exchange,
    context: unknown,
    onWayIn: boolean,
  ): GatewayResponse | undefined | Promise<GatewayResponse | undefined> {
    exchange.plugin = hook.plugin.name;
    exchange.hookScope = undefined;
    const startedAt = exchange.clock.monotonic();
    let result: unknown;
    try {
      result = hook.run(context);
      if (!isPromiseLike(result)) return checked(hook, exchange, result);
    } catch (error) {
      return this.#failed(hook, exchange, error);
    } finally {
      const heldMs = exchange.clock.monotonic() - startedAt;
      if (heldMs >= blockingMs) this.#blocked(hook, exchange, heldMs);
    }
    return this.#awaited(hook, exchange, result, onWayIn);
  }

  /** Nothing in this process can interrupt a hook that computes: whoever is at fault is at least named. */
  #blocked({ plugin, name }: BoundHook, exchange: Exchange, heldMs: number): void {
    const ms = Math.round(heldMs);
    this.#logger.log(
      'warn',
      `The plugin ${plugin.name} held up the whole process for ${ms} ms in ${name}; move such work off the event loop.`,
      {
        exchange: exchange.id,
        plugin: plugin.name,
        hook: name,
        ms,
      },
    );
    this.#signals.emit('plugin-blocked', { plugin: plugin.name, hook: name, exchange: exchange.id, ms });
  }

  async #awaited(
    hook: BoundHook,
    exchange: Exchange,
    result: PromiseLike<unknown>,
    onWayIn: boolean,
  ): Promise<GatewayResponse | undefined> {
    try {
      return checked(hook, exchange, await limited(result, hook, exchange, onWayIn));
    } catch (error) {
      return this.#failed(hook, exchange, error);
    }
  }

  /** Refusals go to the client. Failures follow the plugin's policy; the client never reads what they say. */
  #failed(hook: BoundHook, exchange: Exchange, error: unknown): undefined {
    if (error !== undefined && (error === exchange.aborted || error === exchange.ending)) throw error;
    if (error instanceof SkipTarget && hook.name === 'attempt') throw error;
    if (error instanceof GatewayError && error.status < 500) throw error;
    const { plugin, name } = hook;
    const fields = { exchange: exchange.id, plugin: plugin.name, hook: name, ...errorFields(error) };
    if (plugin.onFailure === 'open') {
      this.#logger.log('warn', `The plugin ${plugin.name} failed in ${name}; the exchange goes on without it (onFailure: open).`, fields);
      this.#signals.emit('plugin-failed-open', { plugin: plugin.name, hook: name, exchange: exchange.id });
      return undefined;
    }
    this.#logger.log('error', `The plugin ${plugin.name} failed in ${name}; the exchange fails with it (onFailure: closed).`, fields);
    throw error instanceof GatewayError ? error : gatewayError('GW_HOOK_FAILED', { cause: error });
  }
}

function bind(plugins: readonly LoadedPlugin[], name: HookName): BoundHook[] {
  return plugins.flatMap((plugin) => {
    const hook = plugin.hooks[name] as
      | ((context: RequestContext & RoutingContext & ResponseContext & AttemptContext) => HookResult)
      | undefined;
    return hook === undefined ? [] : [{ plugin, name, run: (context: unknown) => hook.call(plugin.hooks, context as never) }];
  });
}

/**
 * In a call that a plugin makes for its own work it does not meet itself, and who is calling is known. Of a call that is
 * carried unread a plugin that would read it is not asked: the operator excepted it, for it could only fail.
 */
function isLeftOut({ plugin, name }: BoundHook, exchange: Exchange): boolean {
  if (exchange.parent !== undefined) return plugin.name === exchange.madeBy || plugin.authenticates;
  // The first that knows the caller decides: another is not asked, and cannot disagree.
  if (name === 'onRequest' && plugin.authenticates && exchange.getSlot(principal) !== undefined) return true;
  return plugin.opaque !== true && (name === 'beforeRoute' || name === 'attempt') && exchange.shownCall?.opaque === true;
}

/** Plugins that decide by what they read, and were not excepted: they cannot police what is carried unread. */
export function unpoliced(plugins: readonly LoadedPlugin[], excepted: readonly string[]): string[] {
  return plugins
    .filter(({ name, opaque, hooks }) => {
      const decides = hooks.beforeRoute !== undefined || hooks.attempt !== undefined || hooks.afterResponse !== undefined;
      return decides && opaque !== true && !excepted.includes(name);
    })
    .map(({ name }) => name);
}

/** Waits for a hook as long as it may take. Then its signal aborts, and nobody waits any more. */
function limited(result: PromiseLike<unknown>, hook: BoundHook, exchange: Exchange, onWayIn: boolean): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const scope = () => exchange.hookScope;
    const limit = hook.plugin.timeoutMs;
    let stopWatching = (): void => {};
    const over = (settle: () => void): void => {
      timer.cancel();
      stopWatching();
      settle();
    };
    const timer = exchange.clock.after(limit, () => {
      const error = gatewayError('GW_HOOK_TIMEOUT', { cause: new Error(`no result within ${limit} ms`) });
      scope()?.abort(error);
      over(() => reject(error));
    });
    // A client that left on the way in waits for nothing; on the way out each plugin gets its turn to end.
    if (onWayIn) stopWatching = exchange.onAbort((reason) => over(() => reject(reason)));
    // A thenable may throw, call back twice, or give another thenable: Promise.resolve() is ready for all of it.
    Promise.resolve(result).then(
      (value) => over(() => resolve(value)),
      (error: unknown) => over(() => reject(error)),
    );
  });
}

/** A hook gives nothing or a response; anything else is a mistake that names its maker. */
function checked(hook: BoundHook, exchange: Exchange, result: unknown): GatewayResponse | undefined {
  if (result === undefined) return undefined;
  if (hook.name !== 'attempt' && isResponse(result, exchange.response?.status)) return result;
  const received = result === null ? 'null' : typeof result === 'object' ? 'an object that is no GatewayResponse' : typeof result;
  throw gatewayError('GW_HOOK_RETURN', {
    cause: new Error(
      `the plugin ${hook.plugin.name} returned ${received} from ${hook.name}; expected ${hook.name === 'attempt' ? 'nothing' : 'nothing or a GatewayResponse (see context.answer)'}`,
    ),
  });
}

function isResponse(value: unknown, before: number | undefined): value is GatewayResponse {
  if (typeof value !== 'object' || value === null) return false;
  const { status, headers, body } = value as Partial<GatewayResponse>;
  return (isStatus(status) || status === before) && isHeaders(headers) && isBody(body);
}

/** Final statuses that can carry a body: anything else could not be written. (A 101 that was there already opens a WebSocket.) */
function isStatus(status: unknown): boolean {
  return Number.isInteger(status) && (status as number) >= 200 && (status as number) <= 599;
}

function isHeaders(headers: unknown): boolean {
  if (typeof headers !== 'object' || headers === null) return false;
  return Object.entries(headers).every(([name, text]) => isHeaderName(name) && isHeaderValue(text));
}

function isBody(body: Partial<GatewayResponse['body']> | undefined | null): boolean {
  if (typeof body !== 'object' || body === null) return false;
  if (body.kind === 'json') return typeof body.bytes === 'function';
  if (body.kind === 'opaque') return body instanceof CarriedBody; // bytes of a handoff: no plugin can make them
  return body.kind === 'stream' && typeof body.events === 'object' && body.events !== null && Symbol.asyncIterator in body.events;
}

function ignore(): void {}
