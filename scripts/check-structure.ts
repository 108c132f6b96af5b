// `node scripts/check-structure.ts [root]`, a part of `npm run lint`: the arrows between folders and packages, read from the
// sources. docs/architecture.md says why the house is built so; each rule here says what it forbids.

import { importCircles } from './structure/circles.ts';
import { codeRules } from './structure/code-rules.ts';
import { importRules } from './structure/import-rules.ts';
import { packageRules } from './structure/package-rules.ts';
import { testRules } from './structure/test-rules.ts';
import { readTree, type Violation } from './structure/tree.ts';

/** Every violation in the repository at `root`, by path and line. */
export function checkStructure(root: string): Violation[] {
  const tree = readTree(root);
  const found = [...importCircles(tree), ...importRules(tree), ...codeRules(tree), ...packageRules(tree), ...testRules(tree)];
  return found.sort((a, b) => a.path.localeCompare(b.path) || a.line - b.line);
}

if (import.meta.main) {
  const root = process.argv[2] ?? process.cwd();
  const found = checkStructure(root);
  for (const { path, line, rule, message } of found) console.error(`${path}:${line} ${rule}: ${message}`);
  console.log(found.length === 0 ? 'structure: no violation' : `structure: ${found.length} violation(s)`);
  process.exitCode = found.length === 0 ? 0 : 1;
}
