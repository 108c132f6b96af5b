import { posix } from 'node:path';
import type { Import } from './imports.ts';
import { packageOf, resolveImport, type SourceFile, scope, type Tree, type Violation } from './tree.ts';

/** Plugins whose purpose is to open connections of their own; each with its reason. */
const socketPlugins: Readonly<Record<string, string>> = {
  'pass-through': 'proxies raw provider routes with http-proxy-middleware',
  'service-proxy': 'proxies routes to internal services with http-proxy-middleware',
  websocket: 'bridges WebSockets with ws',
};

/** Plugins that answer paths of their own, and so know requests; each with its reason. */
const requestPlugins: Readonly<Record<string, string>> = {
  admin: 'serves the admin plane through an Express router',
};

const socketModules = new Set(['undici', 'http', 'https', 'http2', 'net', 'tls', 'dgram']);
const transport = /^core\/src\/upstream\/(?:transport|guarded-fetch)(?:\.ts$|\/)/;
const http = /^core\/src\/http\//;
const core = /^core\/src\//;
const plugin = /^plugins\/([^/]+)\/src\//;
const provider = /^providers\/([^/]+)\/src\//;
const service = /^services\/([^/]+)\/src\//;

/** Which module may import which. One message for each import that breaks a rule. */
export function importRules(tree: Tree): Violation[] {
  return [...tree.files.values()].flatMap((file) =>
    file.imports.flatMap((imported) => {
      const broken = brokenRule(tree, file, imported);
      return broken === undefined ? [] : [{ path: file.path, line: imported.line, ...broken }];
    }),
  );
}

type Broken = Pick<Violation, 'rule' | 'message'>;

function brokenRule(tree: Tree, file: SourceFile, imported: Import): Broken | undefined {
  return (
    computed(file, imported) ??
    crossing(tree, file, imported) ??
    barrel(tree, file, imported) ??
    coreImportsPlugin(file, imported) ??
    pluginImports(file, imported) ??
    forbiddenModule(file, imported) ??
    requestAndResponse(file, imported) ??
    sockets(file, imported)
  );
}

/** A name that is computed would hide from every rule below. */
function computed({ path }: SourceFile, { specifier }: Import): Broken | undefined {
  if (specifier !== undefined || !isShipped(path)) return undefined;
  return { rule: 'computed-import', message: 'import() and require() take a literal name, so that what they load can be checked' };
}

function crossing(tree: Tree, { path }: SourceFile, { specifier = '' }: Import): Broken | undefined {
  if (!specifier.startsWith('.') || !isShipped(path)) return undefined;
  const folder = packageOf(tree, path)?.folder ?? '';
  if (posix.join(posix.dirname(path), specifier).startsWith(`${folder}/src/`)) return undefined;
  return { rule: 'package-border', message: `'${specifier}' leaves the package's src; packages are imported by name` };
}

/** A barrel is for the outside: inside its own package it makes circles and loads everything for one name. */
function barrel(tree: Tree, { path }: SourceFile, { specifier = '' }: Import): Broken | undefined {
  const target = resolveImport(tree, path, specifier);
  if (target === undefined || !isBarrel(target) || !isShipped(path)) return undefined;
  if (packageOf(tree, target) !== packageOf(tree, path)) return undefined;
  return { rule: 'barrel', message: `'${specifier}' is a barrel of this package; import the file that declares the name` };
}

function isBarrel(path: string): boolean {
  return path.endsWith('/index.ts') || path === 'core/src/plugin.ts' || path === 'core/src/provider.ts';
}

function coreImportsPlugin({ path }: SourceFile, { specifier = '' }: Import): Broken | undefined {
  if (!core.test(path) || !specifier.startsWith(scope) || isPackage(specifier, `${scope}core`)) return undefined;
  return { rule: 'core-imports-plugin', message: `core knows no plugin and no kit: '${specifier}'` };
}

function pluginImports({ path }: SourceFile, { specifier = '' }: Import): Broken | undefined {
  if (!specifier.startsWith(scope)) return undefined;
  for (const [kind, pattern, face] of [
    ['plugin', plugin, 'plugin'],
    ['provider', provider, 'provider'],
    ['service', service, 'plugin'],
  ] as const)
    if (pattern.test(path) && specifier !== `${scope}core/${face}`)
      return { rule: `${kind}-imports`, message: `a ${kind} imports only '${scope}core/${face}' of ours, not '${specifier}'` };
  return undefined;
}

function forbiddenModule({ path }: SourceFile, { specifier = '' }: Import): Broken | undefined {
  if (!isRuntime(path)) return undefined;
  const name = bare(specifier);
  if (name === 'vm' || name === 'child_process') return { rule: 'forbidden', message: `no ${name} in core or a plugin` };
  if (name === 'process') return { rule: 'forbidden', message: 'no process module: configuration arrives in code, never by process.env' };
  if (name === 'console') return { rule: 'forbidden', message: 'no console: log through the Logger service' };
  return undefined;
}

/** Express, and Node's own request and response: known to `core/src/http` alone. */
function requestAndResponse({ path }: SourceFile, imported: Import): Broken | undefined {
  if (!isRuntime(path) || http.test(path) || isExempt(path) || answersPaths(path)) return undefined;
  const name = bare(imported.specifier ?? '');
  const takes = imported.names.some((one) => one === 'IncomingMessage' || one === 'ServerResponse');
  if (name !== 'express' && !takes) return undefined;
  return { rule: 'req-res', message: `only core/src/http knows requests and responses of Express and Node: '${imported.specifier}'` };
}

/** Modules that can open a connection. `core/src/http` is handed its requests, so it may name Node's types and classes of those. */
function sockets({ path }: SourceFile, { specifier = '', names, typeOnly }: Import): Broken | undefined {
  const name = bare(specifier);
  if (!isRuntime(path) || isExempt(path) || !socketModules.has(name)) return undefined;
  if (name === 'undici' && transport.test(path)) return undefined;
  if (name !== 'undici' && typeOnly) return undefined;
  if (name === 'http' && http.test(path) && names.every((one) => one === 'ServerResponse' || one === 'IncomingMessage')) return undefined;
  if (
    name === 'net' &&
    names.length > 0 &&
    names.every((one) => one === 'isIP' || one === 'isIPv4' || one === 'isIPv6' || one === 'BlockList')
  ) {
    return undefined;
  }
  return { rule: 'sockets', message: `only core/src/upstream/transport opens sockets, and with undici: '${specifier}'` };
}

export function isRuntime(path: string): boolean {
  return core.test(path) || plugin.test(path) || provider.test(path) || service.test(path);
}

/** Sources that are published: core, the packages beside it, the command line and the kit. */
function isShipped(path: string): boolean {
  return isRuntime(path) || path.startsWith('cli/src/') || path.startsWith('test/contract/src/');
}

export function isExempt(path: string): boolean {
  return Object.hasOwn(socketPlugins, plugin.exec(path)?.[1] ?? '');
}

function answersPaths(path: string): boolean {
  return Object.hasOwn(requestPlugins, plugin.exec(path)?.[1] ?? '');
}

export function knowsRequests(path: string): boolean {
  return http.test(path) || answersPaths(path);
}

export function opensSockets(path: string): boolean {
  return transport.test(path);
}

function bare(specifier: string): string {
  return specifier.replace(/^node:/, '').split('/')[0] ?? '';
}

function isPackage(specifier: string, name: string): boolean {
  return specifier === name || specifier.startsWith(`${name}/`);
}
