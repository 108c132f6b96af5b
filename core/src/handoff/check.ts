import { describeReceived } from '../config-problems.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { type ConfigProblem, GatewayConfigError } from '../errors.ts';
import type { LoadedPlugin } from '../hooks.ts';
import { overlap } from '../path-overlap.ts';
import { routesOf } from '../routes.ts';
import { type HandoffDialect, handoffDialect } from './dialect.ts';
import type { Handoff, HandoffRoute } from './handoff.ts';

const methods: ReadonlySet<unknown> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** What is wrong with what a plugin calls its handoffs: the compiler sees most of it, authors without one do not. */
export function handoffProblems(handoffs: unknown): ConfigProblem[] {
  if (!Array.isArray(handoffs)) return [problem('handoffs', 'a list', handoffs)];
  return handoffs.flatMap((handoff: Partial<Handoff> | null, index) => {
    const place = `handoffs[${index}]`;
    if (typeof handoff !== 'object' || handoff === null) return [problem(place, 'a handoff', handoff)];
    const { name, routes, target, carry } = handoff;
    return [
      ...(typeof name === 'string' && /^[a-z0-9][a-z0-9._:-]{0,63}$/.test(name)
        ? []
        : [problem(`${place}.name`, 'lower-case letters, digits, dots, colons, dashes (64 at most)', name)]),
      ...(typeof target === 'function' ? [] : [problem(`${place}.target`, 'a function', target)]),
      ...(typeof carry === 'function' ? [] : [problem(`${place}.carry`, 'a function', carry)]),
      ...(Array.isArray(routes) && routes.length > 0
        ? routes.flatMap((route, at) => routeProblems(`${place}.routes[${at}]`, route))
        : [problem(`${place}.routes`, 'at least one route', routes)]),
    ];
  });
}

function routeProblems(place: string, route: Partial<HandoffRoute>): ConfigProblem[] {
  const { methods: own, path } = route;
  const problems: ConfigProblem[] = [];
  if (!Array.isArray(own) || own.length === 0 || !own.every((method) => methods.has(method)))
    problems.push(problem(`${place}.methods`, [...methods].join(', '), own));
  if (typeof path !== 'string' || !/^\/[\w\-.~!$&'()+,;=:@/]*\*?[\w\-.~!$&'()+,;=:@/]*$/.test(path) || /\/\/|\/\.{1,2}(?:\/|$)/.test(path))
    problems.push(problem(`${place}.path`, 'a path with one * at most', path));
  return problems;
}

function problem(path: string, expected: string, received: unknown): ConfigProblem {
  return { path, expected, received: describeReceived(received) };
}

/** The handoffs of all plugins, as dialects of the route table. Throws where two could answer the same request. */
export function handoffDialects(plugins: readonly LoadedPlugin[], dialects: readonly Dialect[]): readonly HandoffDialect[] {
  const made = plugins.flatMap((plugin) =>
    (plugin.hooks.handoffs ?? []).map((handoff) => ({ plugin: plugin.name, dialect: handoffDialect(handoff, dialects) })),
  );
  const problems: ConfigProblem[] = [];
  for (const [index, { plugin, dialect }] of made.entries()) {
    const others = [
      ...dialects.map((other) => ({ name: `the dialect ${other.id}`, dialect: other })),
      ...made
        .slice(0, index)
        .map((other) => ({ name: `${other.dialect.id} of the plugin ${other.plugin}`, dialect: other.dialect as Dialect })),
    ];
    for (const own of routesOf(dialect))
      for (const other of others)
        for (const theirs of routesOf(other.dialect))
          if (own.method === theirs.method && overlap(own.path, theirs.path))
            problems.push({
              path: `plugins (${plugin}): ${own.method} ${own.path} of ${dialect.id}`,
              expected: 'a path of its own',
              received: `one that ${other.name} has: ${theirs.method} ${theirs.path}`,
            });
  }
  if (problems.length > 0) throw new GatewayConfigError('The gateway cannot start with these routes:', problems);
  return made.map(({ dialect }) => dialect);
}
