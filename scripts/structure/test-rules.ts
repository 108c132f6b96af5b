import { exists, type SourceFile, type Tree, type Violation } from './tree.ts';

export interface Untested {
  readonly path: string;
  readonly reason: string;
}

/** Sources with behaviour that have no test of their own name, each with its reason. */
export const untested: readonly Untested[] = [];

const core = /^core\/src\/(.+)\.ts$/;
const cli = /^cli\/src\/(.+)\.ts$/;
const plugin = /^(plugins|providers|services)\/([^/]+)\/src\/(.+)\.ts$/;
const declarations = new Set(['function', 'class', 'const', 'let', 'var']);
/** What a declaration of the module itself may stand after: `declare` and the `const` of types are none. */
const beforeDeclaration = new Set([undefined, ';', '}', 'export', 'default', 'async', 'abstract']);

/** Every source with behaviour has a test of the same name at the mirrored path: whoever looks for it finds it. */
export function testRules(tree: Tree, exceptions: readonly Untested[] = untested): Violation[] {
  return [...tree.files.values()].flatMap((file) => {
    const tests = testsOf(file.path);
    const line = behaviourAt(file);
    if (tests.length === 0 || line === undefined) return [];
    const tested = tests.some((test) => exists(tree, test));
    const excepted = exceptions.some(({ path }) => path === file.path);
    if (tested && excepted) return [violation(file, line, 'has a test: it is no exception any more')];
    return tested || excepted ? [] : [violation(file, line, `has behaviour but no test: ${tests[0]}`)];
  });
}

function violation({ path }: SourceFile, line: number, message: string): Violation {
  return { path, line, rule: 'test-missing', message };
}

/** Where a source's test may stand; the first is the usual place. */
function testsOf(path: string): string[] {
  const own = core.exec(path)?.[1];
  if (own !== undefined) return [`test/core/${own}.test.ts`];
  const command = cli.exec(path)?.[1];
  if (command !== undefined) return [`test/cli/${command}.test.ts`];
  const [, kind, name, file] = plugin.exec(path) ?? [];
  if (name === undefined || file === undefined) return [];
  const usual = `test/${kind}/${name}/${file}.test.ts`;
  // Options are what a plugin is called with: its own test may cover them.
  return file === 'options' ? [usual, `test/${kind}/${name}/${kind?.slice(0, -1)}.test.ts`] : [usual];
}

/** The line of a source's first declaration that exists at run time; `undefined` for types and barrels. */
function behaviourAt({ tokens }: SourceFile): number | undefined {
  let depth = 0;
  for (const [at, { kind, text, line }] of tokens.entries()) {
    if (kind === 'mark' && '({['.includes(text)) depth += 1;
    else if (kind === 'mark' && ')}]'.includes(text)) depth -= 1;
    else if (depth === 0 && kind === 'word' && declarations.has(text) && beforeDeclaration.has(tokens[at - 1]?.text)) return line;
  }
  return undefined;
}
