import type { Dialect } from './dialects/dialect.ts';
import { isHandoffDialect } from './handoff/dialect.ts';
import type { RequestHeaders } from './model/headers.ts';

/** One line of the route table. The table is data: tests walk it, so that no route is forgotten. */
export interface RouteInfo {
  readonly method: string;
  /** Below the mount; `*` stands for one or more characters. */
  readonly path: string;
  readonly dialect: string;
  /** Who gets in: whoever an authenticator knows, administrators, everybody. */
  readonly access: 'principal' | 'admin' | 'public';
  /** Set where a request opens a WebSocket. */
  readonly upgrade?: 'websocket';
}

export interface RouteMatch {
  readonly dialect: Dialect;
  /** What `*` stands for, decoded (for a handoff, which sends it on, as it came); `undefined` for literal paths. */
  readonly parameter: string | undefined;
}

/** A path of ours that takes other methods; `dialect`: in whose words to say so. */
export interface OtherMethods {
  readonly allow: string;
  readonly dialect: Dialect;
}

export type RouteLookup = RouteMatch | OtherMethods | undefined;

/** Dialects by method, in their order: several may share a path and tell themselves apart by headers. */
type Methods = Map<string, RouteMatch[]>;

/** A path with a `*`. */
interface Pattern {
  readonly path: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly methods: Methods;
}

const noHeaders: RequestHeaders = Object.freeze({});

/** Literal paths in a map, the few with a parameter in a list. Matching is exact: no case folding, no decoding of the path itself. */
export class RouteTable {
  readonly routes: readonly RouteInfo[];
  readonly #literal = new Map<string, Methods>();
  readonly #patterns: Pattern[] = [];

  constructor(dialects: readonly Dialect[]) {
    const all = dialects.map((dialect) => ({ dialect, routes: routesOf(dialect) }));
    this.routes = all.flatMap(({ dialect, routes }) =>
      routes.map(({ method, path }) => ({ method, path, dialect: dialect.id, access: 'principal' as const })),
    );
    for (const { dialect, routes } of all) for (const { method, path } of routes) this.#add(dialect, method, path);
    // `/v1/models/*:embedContent` before `/v1/models/*`: the longer a pattern, the more it says.
    this.#patterns.sort((one, other) => other.path.length - one.path.length);
  }

  /** The route; what its path allows instead; `undefined` for paths that are not ours. */
  find(method: string, path: string, headers: RequestHeaders = noHeaders): RouteLookup {
    const wanted = method === 'HEAD' ? 'GET' : method; // RFC 9110 §9.3.2; Node leaves the body out
    const methods = this.#literal.get(path);
    if (methods !== undefined) return claimed(methods.get(wanted), headers) ?? otherMethods(methods, headers);
    return this.#findPattern(wanted, path, headers);
  }

  #findPattern(wanted: string, path: string, headers: RequestHeaders): RouteLookup {
    let other: OtherMethods | undefined;
    for (const { prefix, suffix, methods } of this.#patterns) {
      if (path.length <= prefix.length + suffix.length || !path.startsWith(prefix) || !path.endsWith(suffix)) continue;
      const match = claimed(methods.get(wanted), headers);
      if (match !== undefined) {
        const rest = path.slice(prefix.length, path.length - suffix.length);
        return { dialect: match.dialect, parameter: isHandoffDialect(match.dialect) ? rest : decoded(rest) };
      }
      other ??= otherMethods(methods, headers);
    }
    return other;
  }

  #add(dialect: Dialect, method: string, path: string): void {
    const methods = path.includes('*') ? this.#pattern(path).methods : this.#literalMethods(path);
    const matches = methods.get(method) ?? [];
    methods.set(method, matches);
    matches.push({ dialect, parameter: undefined });
  }

  #literalMethods(path: string): Methods {
    const methods = this.#literal.get(path) ?? new Map<string, RouteMatch[]>();
    this.#literal.set(path, methods);
    return methods;
  }

  #pattern(path: string): Pattern {
    let pattern = this.#patterns.find((one) => one.path === path);
    if (pattern === undefined) {
      const star = path.indexOf('*');
      pattern = { path, prefix: path.slice(0, star), suffix: path.slice(star + 1), methods: new Map() };
      this.#patterns.push(pattern);
    }
    return pattern;
  }
}

/** A handoff's own are in it: with methods that no dialect has. */
export function routesOf(dialect: Dialect): readonly { readonly method: string; readonly path: string }[] {
  if (!isHandoffDialect(dialect)) return dialect.routes;
  return dialect.handoff.routes.flatMap(({ methods, path }) => methods.map((method) => ({ method, path })));
}

/** The one that claims the request; else the first that claims nothing. */
function claimed(matches: readonly RouteMatch[] | undefined, headers: RequestHeaders): RouteMatch | undefined {
  if (matches === undefined || matches.length === 1) return matches?.[0];
  return matches.find(({ dialect }) => dialect.claims?.(headers)) ?? matches.find(({ dialect }) => dialect.claims === undefined);
}

function otherMethods(methods: Methods, headers: RequestHeaders): OtherMethods {
  const all = [...methods.values()].flat();
  return { allow: [...methods.keys()].join(', '), dialect: (claimed(all, headers) ?? (all[0] as RouteMatch)).dialect };
}

/** A parameter as the client meant it; one that does not decode stands for itself and matches nothing. */
function decoded(parameter: string): string {
  try {
    return decodeURIComponent(parameter);
  } catch {
    return parameter;
  }
}
