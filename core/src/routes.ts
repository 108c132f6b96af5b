import type { Dialect } from './dialects/dialect.ts';

/** One line of the route table. The table is data: tests walk it, so that no route is forgotten. */
export interface RouteInfo {
  readonly method: string;
  /** Below the mount; one that ends in `/*` takes the rest as its parameter. */
  readonly path: string;
  readonly dialect: string;
}

export interface RouteMatch {
  readonly dialect: Dialect;
  /** What `/*` stands for, decoded; `undefined` for literal paths. */
  readonly parameter: string | undefined;
}

export type RouteLookup = RouteMatch | { readonly allow: string } | undefined;

/** Literal paths in a map, the few with a parameter in a list. Matching is exact: no case folding, no decoding of the path itself. */
export class RouteTable {
  readonly routes: readonly RouteInfo[];
  readonly #literal = new Map<string, Map<string, RouteMatch>>();
  readonly #prefixes: { readonly prefix: string; readonly methods: Map<string, Dialect> }[] = [];

  constructor(dialects: readonly Dialect[]) {
    this.routes = dialects.flatMap((dialect) => dialect.routes.map(({ method, path }) => ({ method, path, dialect: dialect.id })));
    for (const dialect of dialects) for (const { method, path } of dialect.routes) this.#add(dialect, method, path);
  }

  /** The route; what its path allows instead; `undefined` for paths that are not ours. */
  find(method: string, path: string): RouteLookup {
    const wanted = method === 'HEAD' ? 'GET' : method; // RFC 9110 §9.3.2; Node leaves the body out
    const methods = this.#literal.get(path);
    if (methods !== undefined) return methods.get(wanted) ?? { allow: [...methods.keys()].join(', ') };
    for (const { prefix, methods: dialects } of this.#prefixes) {
      if (!path.startsWith(prefix) || path.length === prefix.length) continue;
      const dialect = dialects.get(wanted);
      return dialect === undefined
        ? { allow: [...dialects.keys()].join(', ') }
        : { dialect, parameter: decoded(path.slice(prefix.length)) };
    }
    return undefined;
  }

  #add(dialect: Dialect, method: string, path: string): void {
    if (path.endsWith('/*')) {
      const prefix = path.slice(0, -1);
      let entry = this.#prefixes.find((other) => other.prefix === prefix);
      if (entry === undefined) {
        entry = { prefix, methods: new Map() };
        this.#prefixes.push(entry);
      }
      entry.methods.set(method, dialect);
      return;
    }
    const methods = this.#literal.get(path) ?? new Map<string, RouteMatch>();
    this.#literal.set(path, methods);
    methods.set(method, { dialect, parameter: undefined });
  }
}

/** A parameter as the client meant it; one that does not decode stands for itself and matches nothing. */
function decoded(parameter: string): string {
  try {
    return decodeURIComponent(parameter);
  } catch {
    return parameter;
  }
}
