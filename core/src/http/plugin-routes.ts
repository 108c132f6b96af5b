import type { IncomingMessage, ServerResponse } from 'node:http';
import { describeReceived } from '../config-problems.ts';
import { type ConfigProblem, GatewayConfigError } from '../errors.ts';
import type { LoadedPlugin } from '../hooks.ts';
import { matches, overlap } from '../path-overlap.ts';
import type { RouteInfo } from '../routes.ts';
import { errorFields, type Logger } from '../services/logger.ts';
import { isPromiseLike } from '../within.ts';
import type { PluginRoute, PluginRouteMethod } from './plugin-route.ts';

const methods: ReadonlySet<unknown> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] satisfies PluginRouteMethod[]);

/** The paths that plugins answer themselves, and the requests to them that are under way. */
export class PluginRoutes {
  readonly #routes: readonly PluginRoute[];
  readonly #logger: Logger;
  readonly #open = new Set<ServerResponse>();
  #onEmpty: (() => void) | undefined = undefined;

  /** Throws where two could answer the same request. `taken`: what the gateway answers itself. */
  constructor(plugins: readonly LoadedPlugin[], taken: readonly RouteInfo[], logger: Logger) {
    const owned = plugins.flatMap(({ name, hooks }) => routesOf(name, hooks.routes).map((route) => ({ plugin: name, route })));
    const problems = owned.flatMap(({ plugin, route }, index) => {
      const others = [...taken, ...owned.slice(0, index).map((other) => other.route)];
      const other = others.find(({ method, path }) => method === route.method && overlap(path, route.path));
      if (other === undefined) return [];
      const path = `plugins (${plugin}): ${route.method} ${route.path}`;
      return [{ path, expected: 'a path of its own', received: `one that is taken: ${other.method} ${other.path}` }];
    });
    if (problems.length > 0) throw new GatewayConfigError('The gateway cannot start with these routes:', problems);
    this.#routes = owned.map(({ route }) => route);
    this.#logger = logger;
  }

  get routes(): readonly RouteInfo[] {
    return this.#routes.map(({ method, path, access }) => ({ method, path, access, dialect: 'plugin' }));
  }

  /** Requests under way. */
  get size(): number {
    return this.#open.size;
  }

  find(method: string | undefined, path: string): PluginRoute | undefined {
    if (this.#routes.length === 0) return undefined;
    const wanted = method === 'HEAD' ? 'GET' : method;
    return this.#routes.find((route) => route.method === wanted && matches(route.path, path));
  }

  /** The methods that a path takes, where it takes others than this. */
  allow(path: string): string | undefined {
    const taken = this.#routes.filter((route) => matches(route.path, path)).map(({ method }) => method);
    return taken.length === 0 ? undefined : taken.join(', ');
  }

  serve({ handler, path }: PluginRoute, req: IncomingMessage, res: ServerResponse): void {
    this.#open.add(res);
    res.once('close', () => {
      this.#open.delete(res);
      if (this.#open.size === 0) this.#onEmpty?.();
    });
    const failed = (error: unknown): void => {
      this.#logger.log('error', 'A route of a plugin failed.', { path, ...errorFields(error) });
      answerEmpty(res, 500);
    };
    try {
      const result = handler(req, res, (error) => (error === undefined ? answerEmpty(res, 404) : failed(error)));
      if (isPromiseLike(result)) Promise.resolve(result).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** Calls back each time that none is under way any more. */
  onEmpty(listener: () => void): void {
    this.#onEmpty = listener;
  }

  cut(): void {
    for (const res of [...this.#open]) res.destroy();
  }
}

/** What is wrong with what a plugin calls its routes is told when the gateway is built. */
function routesOf(plugin: string, routes: unknown): readonly PluginRoute[] {
  const list: unknown = typeof routes === 'function' ? (routes as () => unknown)() : (routes ?? []);
  const problems = Array.isArray(list)
    ? list.flatMap((route: Partial<PluginRoute> | null, index) => routeProblems(`plugins (${plugin}).routes[${index}]`, route))
    : [{ path: `plugins (${plugin}).routes`, expected: 'a list of routes', received: describeReceived(list) }];
  if (problems.length > 0) throw new GatewayConfigError('The gateway cannot start with these routes:', problems);
  return (list as readonly PluginRoute[]).map((route) => Object.freeze({ ...route }));
}

function routeProblems(place: string, route: Partial<PluginRoute> | null): ConfigProblem[] {
  if (typeof route !== 'object' || route === null) return [{ path: place, expected: 'a route', received: describeReceived(route) }];
  const checks: readonly (readonly [keyof PluginRoute, boolean, string])[] = [
    ['method', methods.has(route.method), [...methods].join(', ')],
    ['path', isRoutePath(route.path), 'a path with one * at most'],
    ['access', route.access === 'admin' || route.access === 'public', '"admin" or "public"'],
    ['handler', typeof route.handler === 'function', 'a function'],
  ];
  return checks
    .filter(([, fits]) => !fits)
    .map(([field, , expected]) => ({ path: `${place}.${field}`, expected, received: describeReceived(route[field]) }));
}

function isRoutePath(path: unknown): boolean {
  return typeof path === 'string' && /^\/[\w\-.~/]*\*?[\w\-.~/]*$/.test(path) && !/\/\/|\/\.{1,2}(?:\/|$)/.test(path);
}

function answerEmpty(res: ServerResponse, status: number): void {
  if (res.headersSent) res.destroy();
  else res.writeHead(status, { 'content-length': 0 }).end();
}
