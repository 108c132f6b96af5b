import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkStructure } from '../../scripts/check-structure.ts';
import { testRules } from '../../scripts/structure/test-rules.ts';
import { readTree } from '../../scripts/structure/tree.ts';

const readme = '# One\n\n## Install\n\n## Use\n\n## Options\n\n## What it does\n\n## Limits\n';

function manifest(name: string, entries: Record<string, string>, more: Record<string, unknown> = {}): string {
  const exports = Object.fromEntries(
    Object.entries(entries).map(([entry, file]) => [
      entry,
      { '@express-ai-gateway/source': `./src/${file}.ts`, types: `./dist/${file}.d.ts`, default: `./dist/${file}.js` },
    ]),
  );
  return JSON.stringify({ name: `@express-ai-gateway/${name}`, type: 'module', exports, ...more });
}

/** A small tree that breaks no rule; each test plants its violation in it. */
const sound: Readonly<Record<string, string>> = {
  'package.json': '{ "name": "root" }',
  'core/package.json': manifest('core', { '.': 'index', './plugin': 'plugin', './provider': 'provider' }),
  'core/src/index.ts': "export { gateway } from './gateway.ts';\n",
  'core/src/plugin.ts': "export { slot } from './slot.ts';\n",
  'core/src/provider.ts': "export { slot as defineProvider } from './slot.ts';\n",
  'core/src/slot.ts': 'export const slot = 1;\n',
  'core/src/gateway.ts':
    "import { face } from './http/face.ts';\nimport { open } from './upstream/transport.ts';\nexport const gateway = [face, open];\n",
  'core/src/http/face.ts': "import type { IncomingMessage } from 'node:http';\nexport const face = (req: IncomingMessage) => req.url;\n",
  'core/src/upstream/transport.ts': "import { request } from 'undici';\nexport const open = request;\n",
  'providers/up/package.json': manifest('up', { '.': 'index' }, { peerDependencies: { '@express-ai-gateway/core': '0.x' } }),
  'providers/up/tsconfig.json': '{}',
  'providers/up/README.md': readme,
  'providers/up/src/index.ts': "export { up } from './provider.ts';\n",
  'providers/up/src/options.ts': 'export const options = {};\n',
  'providers/up/src/provider.ts':
    "import { defineProvider } from '@express-ai-gateway/core/provider';\nimport { options } from './options.ts';\nexport const up = [defineProvider, options];\n",
  'services/facts/package.json': manifest('facts', { '.': 'index' }, { peerDependencies: { '@express-ai-gateway/core': '0.x' } }),
  'services/facts/tsconfig.json': '{}',
  'services/facts/README.md': readme,
  'services/facts/src/index.ts': "export { facts } from './service.ts';\n",
  'services/facts/src/options.ts': 'export const options = {};\n',
  'services/facts/src/service.ts':
    "import { slot } from '@express-ai-gateway/core/plugin';\nimport { options } from './options.ts';\nexport const facts = [slot, options];\n",
  'plugins/one/package.json': manifest('one', { '.': 'index' }, { peerDependencies: { '@express-ai-gateway/core': '0.x' } }),
  'plugins/one/tsconfig.json': '{}',
  'plugins/one/README.md': readme,
  'plugins/one/src/index.ts': "export { one } from './plugin.ts';\n",
  'plugins/one/src/options.ts': 'export const options = {};\n',
  'plugins/one/src/plugin.ts':
    "import { slot } from '@express-ai-gateway/core/plugin';\nimport { options } from './options.ts';\nexport const one = [slot, options];\n",
};

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'structure-'));
  for (const [path, text] of Object.entries(sound)) plant(path, text);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Plants a file, and beside a source the test that it must have. */
function plant(path: string, text: string): void {
  plantAlone(path, text);
  const source = /^(?:(core)|((?:plugins|providers|services)\/[^/]+))\/src\/(.+)\.ts$/.exec(path);
  if (source !== null) plantAlone(`test/${source[1] ?? source[2]}/${source[3]}.test.ts`, '');
}

function plantAlone(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** `path:line rule` of everything found. */
function found(): string[] {
  return checkStructure(root).map(({ path, line, rule }) => `${path}:${line} ${rule}`);
}

/** The first line is a comment, so that a right line number is not 1 by chance. */
function foundWith(path: string, code: string): string[] {
  plant(path, `// planted\n${code}\n`);
  return found();
}

describe('a sound tree', () => {
  it('has no violation', () => {
    expect(found()).toEqual([]);
  });
});

describe('import circles', () => {
  it('names the whole way of a circle through values', () => {
    plant('core/src/a.ts', "import { b } from './b.ts';\nexport const a = b;\n");
    plant('core/src/b.ts', "import { c } from './c.ts';\nexport const b = c;\n");
    plant('core/src/c.ts', "import { a } from './a.ts';\nexport const c = a;\n");
    expect(checkStructure(root)).toEqual([
      {
        path: 'core/src/a.ts',
        line: 1,
        rule: 'import-circle',
        message: 'imports lead in a circle: core/src/a.ts -> core/src/b.ts -> core/src/c.ts -> core/src/a.ts',
      },
    ]);
  });

  it.each([
    ['import type', "import type { A } from './a.ts';\nexport type B = A;\n"],
    ['an inline type', "import { type A } from './a.ts';\nexport type B = A;\n"],
    ['export type … from', "export type { A } from './a.ts';\n"],
    ['export * from', "export * from './a.ts';\n"],
    ['a type import()', "export type B = import('./a.ts').A;\n"],
    ['import()', "export const b = () => import('./a.ts');\n"],
  ])('counts %s', (_name, text) => {
    plant('core/src/a.ts', "import type { B } from './b.ts';\nexport type A = B;\n");
    plant('core/src/b.ts', text);
    expect(found()).toEqual(['core/src/a.ts:1 import-circle']);
  });

  it('sees a file that imports itself', () => {
    expect(foundWith('core/src/a.ts', "import { a } from './a.ts';\nexport { a };")).toEqual(['core/src/a.ts:2 import-circle']);
  });

  it('follows package names to their sources', () => {
    plant('examples/x/package.json', manifest('x', { '.': 'index' }));
    plant('examples/x/src/index.ts', "import '@express-ai-gateway/y';\n");
    plant('examples/y/package.json', manifest('y', { '.': 'index' }));
    plant('examples/y/src/index.ts', "import '@express-ai-gateway/x';\n");
    expect(found()).toEqual(['examples/x/src/index.ts:1 import-circle']);
  });

  it('reports two circles apart', () => {
    for (const [one, other] of ['ab', 'ba', 'cd', 'dc']) plant(`core/src/${one}.ts`, `import './${other}.ts';\n`);
    expect(found()).toEqual(['core/src/a.ts:1 import-circle', 'core/src/c.ts:1 import-circle']);
  });

  it('does not take two ways to one file for a circle', () => {
    plant('core/src/a.ts', "import './b.ts';\nimport './c.ts';\n");
    plant('core/src/b.ts', "import './d.ts';\n");
    plant('core/src/c.ts', "import './d.ts';\n");
    plant('core/src/d.ts', 'export {};\n');
    expect(found()).toEqual([]);
  });
});

describe('package borders', () => {
  it.each([
    ['core imports a plugin', 'core/src/a.ts', "import '@express-ai-gateway/one';", 'core-imports-plugin'],
    ['core imports the kit, as a type', 'core/src/a.ts', "import type { T } from '@express-ai-gateway/plugin-kit';", 'core-imports-plugin'],
    ['core imports a plugin later', 'core/src/a.ts', "void import('@express-ai-gateway/one');", 'core-imports-plugin'],
    ['a plugin imports the application face', 'plugins/one/src/a.ts', "import { x } from '@express-ai-gateway/core';", 'plugin-imports'],
    ['a plugin imports deep into core', 'plugins/one/src/a.ts', "import '@express-ai-gateway/core/src/slot.ts';", 'plugin-imports'],
    ['a plugin imports another', 'plugins/one/src/a.ts', "import { x } from '@express-ai-gateway/two';", 'plugin-imports'],
    [
      'a provider imports the face of plugins',
      'providers/up/src/a.ts',
      "import { x } from '@express-ai-gateway/core/plugin';",
      'provider-imports',
    ],
    [
      'a plugin imports the face of providers',
      'plugins/one/src/a.ts',
      "import { x } from '@express-ai-gateway/core/provider';",
      'plugin-imports',
    ],
    [
      'a service imports the application face',
      'services/facts/src/a.ts',
      "import { x } from '@express-ai-gateway/core';",
      'service-imports',
    ],
    ['a service imports a plugin', 'services/facts/src/a.ts', "import { x } from '@express-ai-gateway/one';", 'service-imports'],
    ["core's face of providers imported from inside", 'core/src/a.ts', "import { slot } from './provider.ts';", 'barrel'],
    ['a relative import leaves its package', 'plugins/one/src/a.ts', "import '../../../core/src/slot.ts';", 'package-border'],
    ['a relative import leaves src', 'core/src/a.ts', "import '../package.json';", 'package-border'],
    ['an import with a computed name', 'core/src/a.ts', 'void import(name);', 'computed-import'],
    ['a barrel imported from inside', 'plugins/one/src/a.ts', "import { one } from './index.ts';", 'barrel'],
    ["core's author face imported from inside", 'core/src/a.ts', "import { slot } from './plugin.ts';", 'barrel'],
    ['the own package imported by name', 'core/src/a.ts', "import { slot } from '@express-ai-gateway/core/plugin';", 'barrel'],
  ])('%s', (_name, path, code, rule) => {
    expect(foundWith(path, code)).toEqual([`${path}:2 ${rule}`]);
  });

  it('core depends on a package of ours', () => {
    plant('core/package.json', manifest('core', {}, { devDependencies: { '@express-ai-gateway/one': '0.1.0' } }));
    expect(found()).toEqual(['core/package.json:1 core-imports-plugin']);
  });

  it('a test may import a barrel of another package, and deep into one', () => {
    expect(foundWith('test/core/a.test.ts', "import '../../core/src/index.ts';\nimport '../../core/src/slot.ts';")).toEqual([]);
  });
});

describe('requests and sockets', () => {
  it.each([
    ['core outside http imports express', 'core/src/a.ts', "import type { Request } from 'express';", 'req-res'],
    ['core outside http names a response type', 'core/src/a.ts', "import type { ServerResponse } from 'node:http';", 'req-res'],
    ['core outside http has a req', 'core/src/a.ts', 'export const path = (req: { url: string }) => 1;', 'req-res'],
    ['core outside http uses the global Response', 'core/src/a.ts', 'export const a = new Response();', 'req-res'],
    ['a provider imports undici', 'providers/up/src/a.ts', "import { request } from 'undici';", 'sockets'],
    ['a service fetches', 'services/facts/src/a.ts', "export const a = fetch('x');", 'sockets'],
    ['a plugin imports express', 'plugins/one/src/a.ts', "import express from 'express';", 'req-res'],
    ['http opens a connection', 'core/src/http/a.ts', "import { request } from 'node:http';", 'sockets'],
    ['http takes the whole module', 'core/src/http/a.ts', "import * as http from 'node:http';", 'sockets'],
    ['undici outside the transport', 'core/src/upstream/send.ts', "import type { Dispatcher } from 'undici';", 'sockets'],
    ['node:net in core', 'core/src/a.ts', "import { connect } from 'node:net';", 'sockets'],
    ['node:tls in the transport', 'core/src/upstream/transport.ts', "import 'tls';", 'sockets'],
    ['node:https in a plugin', 'plugins/one/src/a.ts', "import https from 'node:https';", 'sockets'],
    ['fetch in core', 'core/src/a.ts', "export const a = fetch('x');", 'sockets'],
    ['globalThis.fetch in a plugin', 'plugins/one/src/a.ts', "export const a = globalThis.fetch('x');", 'sockets'],
    ['fetch handed on', 'core/src/a.ts', 'export const a = fetch;', 'sockets'],
    ['a WebSocket', 'plugins/one/src/a.ts', "export const a = new WebSocket('x');", 'sockets'],
  ])('%s', (_name, path, code, rule) => {
    expect(new Set(foundWith(path, code))).toEqual(new Set([`${path}:2 ${rule}`]));
  });

  it('lets a method be called fetch, and req be said in comments and strings', () => {
    const code =
      "/* req */ export const a = { fetch(x: string) { return x; }, b: 'res', c: `req` };\na.fetch('x');\nexport type F = { fetch(): void };";
    expect(foundWith('core/src/a.ts', code)).toEqual([]);
  });

  it('lets a plugin match addresses and name socket types', () => {
    const code = "import { BlockList, isIP } from 'node:net';\nimport type { TLSSocket } from 'node:tls';";
    expect(foundWith('plugins/one/src/a.ts', code)).toEqual([]);
  });

  it('lets the two proxy plugins open connections', () => {
    for (const [path, text] of Object.entries(sound)) {
      if (path.startsWith('plugins/one/'))
        plant(path.replace('/one/', '/pass-through/'), text.replace('gateway/one', 'gateway/pass-through'));
    }
    expect(
      foundWith('plugins/pass-through/src/a.ts', "import { Agent } from 'node:https';\nexport const a = (req: Agent) => req;"),
    ).toEqual([]);
  });
});

describe('ADM-4: forbidden in core and plugins', () => {
  it.each([
    'export const a = process.env;',
    'export const a = process?.env;',
    "export const a = process['env'];",
    'export const a = globalThis.process.env;',
    'export const { env } = process;',
    "import { env } from 'node:process';",
    "console.log('x');",
    'export const { log } = console;',
    "import { Console } from 'node:console';",
    "eval('1');",
    "(0, eval)('1');",
    "export const a = new Function('return 1');",
    "export const a = Function('return 1');",
    "import vm from 'node:vm';",
    "import { execFile } from 'child_process';",
    "export const a = process.getBuiltinModule('vm');",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the planted source is a template itself.
    'export const a = `${console}`;',
  ])('%s', (code) => {
    for (const path of ['core/src/a.ts', 'plugins/one/src/deep/a.ts']) {
      expect(foundWith(path, code)).toContain(`${path}:2 forbidden`);
      plant(path, 'export {};\n');
    }
  });

  it('may be written about, and used outside', () => {
    const code =
      "// process.env\nexport const a = ['console', `eval`, /process.env/];\nexport const b = (x: { eval(y: string): void }) => x.eval('1');";
    plant('examples/x.ts', 'console.log(process.env);\n');
    expect(foundWith('core/src/a.ts', code)).toEqual([]);
  });
});

describe('any', () => {
  it.each([
    'export let a: any;',
    'export const a = b as any;',
    'export const a = new Map<string, any>();',
    'export type A = string | any;',
    'export const a = (): Promise<any> => b;',
    'export type A = () => any;',
    '// any\nexport let a: string, b: any;',
  ])('%s', (code) => {
    expect(foundWith('bench/a.ts', code)).toEqual([`bench/a.ts:${code.split('\n').length + 1} any-without-reason`]);
  });

  it('passes with a reason on its line or the line above', () => {
    const code = '// the module has no types of its own\nexport let a: any;\n\nexport let b: any; // parameters are the caller’s to fill';
    expect(foundWith('core/src/a.ts', code)).toEqual([]);
  });

  it('does not take a suppression for a reason', () => {
    expect(foundWith('core/src/a.ts', '// biome-ignore lint/suspicious/noExplicitAny:\nexport let a: any;')).toEqual([
      'core/src/a.ts:3 any-without-reason',
    ]);
  });

  it('is a word like others elsewhere', () => {
    expect(foundWith('core/src/a.ts', "export const a = { any: 1 };\na.any;\nexport const b = Promise.any([]), c = 'as any';")).toEqual([]);
  });
});

describe('plugin packages', () => {
  it.each(['README.md', 'tsconfig.json', 'src/options.ts', 'src/index.ts', 'src/plugin.ts'])('misses %s', (file) => {
    rmSync(join(root, 'plugins/one', file));
    expect(found()).toContain(`plugins/one/${file}:1 plugin-files`);
  });

  it.each([
    ['misses a heading', readme.replace('## Limits', '## Limit')],
    [
      'has two headings the other way round',
      readme.replace('## Use', '## X').replace('## Options', '## Use').replace('## X', '## Options'),
    ],
    ['has a heading in a code block only', readme.replace('## Limits', '```md\n## Limits\n```')],
  ])('%s', (_name, text) => {
    plant('plugins/one/README.md', text);
    expect(found()).toEqual(['plugins/one/README.md:1 plugin-readme']);
  });

  it.each([
    ['has another name', { name: '@express-ai-gateway/two' }],
    ['is not an ES module', { type: 'commonjs' }],
    ['exports no entry', { exports: { '.': './dist/index.js' } }],
    ['has no core as a peer', { peerDependencies: {} }],
  ])('%s', (_name, change) => {
    const peers = { peerDependencies: { '@express-ai-gateway/core': '0.x' } };
    plant('plugins/one/package.json', manifest('one', { '.': 'index' }, { ...peers, ...change }));
    expect(found()).toEqual(['plugins/one/package.json:1 plugin-manifest']);
  });

  it('has no package.json', () => {
    rmSync(join(root, 'plugins/one/package.json'));
    expect(found()).toContain('plugins/one/package.json:1 plugin-files');
  });
});

describe('tests', () => {
  it.each([
    'export function a(): void {}',
    'export async function a(): Promise<void> {}',
    'export default function () {}',
    'function a(): void {}\nexport { a };',
    'export class A {}',
    'export abstract class A {}',
    'export const a = () => 1;',
    'export const a: readonly number[] = [];',
    'const a = 1;\nexport default a;',
    'export let a = 1;',
    'type B = { c: string };\nexport const a: B = { c: "x" };',
  ])('are missed for %j', (code) => {
    plantAlone('core/src/deep/a.ts', `${code}\n`);
    expect(found()).toEqual([expect.stringMatching(/^core\/src\/deep\/a\.ts:[12] test-missing$/)]);
    plantAlone('test/core/deep/a.test.ts', '');
    expect(found()).toEqual([]);
  });

  it.each([
    'export type A = string;',
    'export interface A { b(): void; readonly function: string; class: number }',
    "import type { B } from './slot.ts';\nexport type A = typeof import('./slot.ts') & { const: B };",
    "export { slot } from './slot.ts';\nexport type { A } from './gateway.ts';\nexport * from './http/face.ts';",
    'export type A = <const Key extends string>(key: Key) => void;',
    'export declare function a(): void;\ndeclare const b: number;\nexport declare class C {}',
    'export type A = new () => object;\nexport type B = abstract new () => object;',
    '// export function a() {}\n/* class B {} */\nexport {};',
  ])('are not missed for %j', (code) => {
    plantAlone('core/src/deep/a.ts', `${code}\n`);
    expect(found()).toEqual([]);
  });

  it('are told with the line and the place', () => {
    plantAlone('core/src/deep/a.ts', 'export type B = string;\n\n/** Why. */\nexport function a(): void {}\n');
    expect(checkStructure(root)).toEqual([
      {
        path: 'core/src/deep/a.ts',
        line: 4,
        rule: 'test-missing',
        message: 'has behaviour but no test: test/core/deep/a.test.ts',
      },
    ]);
  });

  it('stand at the mirrored path: one of the same name elsewhere does not count', () => {
    plantAlone('core/src/deep/a.ts', 'export const a = 1;\n');
    for (const path of ['test/core/a.test.ts', 'test/core/deep/a.ts', 'test/plugins/deep/a.test.ts', 'core/src/deep/a.test.ts'])
      plantAlone(path, '');
    expect(found()).toEqual(['core/src/deep/a.ts:1 test-missing']);
  });

  it('of a plugin stand below its name; those of its options may be those of the plugin', () => {
    rmSync(join(root, 'test/plugins/one'), { recursive: true });
    expect(found()).toEqual(['plugins/one/src/options.ts:1 test-missing', 'plugins/one/src/plugin.ts:3 test-missing']);
    plantAlone('test/plugins/one/plugin.test.ts', '');
    expect(found()).toEqual([]);
    plantAlone('plugins/one/src/sink.ts', 'export const sink = 1;\n');
    expect(found()).toEqual(['plugins/one/src/sink.ts:1 test-missing']);
  });

  it('are asked of core and plugins only', () => {
    for (const path of ['examples/x/src/a.ts', 'test/contract/src/a.ts', 'bench/a.ts', 'scripts/a.ts'])
      plantAlone(path, 'export const a = 1;\n');
    expect(found()).toEqual([]);
  });

  it('may be missing for sources on the list, and only for those; who has a test is no exception', () => {
    for (const name of ['a', 'b']) plantAlone(`core/src/${name}.ts`, 'export const x = 1;\n');
    const foundWithout = () => testRules(readTree(root), [{ path: 'core/src/a.ts', reason: 'a table, tested with its reader' }]);
    expect(foundWithout().map(({ path }) => path)).toEqual(['core/src/b.ts']);
    plantAlone('test/core/a.test.ts', '');
    plantAlone('test/core/b.test.ts', '');
    expect(foundWithout()).toEqual([
      { path: 'core/src/a.ts', line: 1, rule: 'test-missing', message: 'has a test: it is no exception any more' },
    ]);
  });
});
