import { resolveImport, type SourceFile, type Tree, type Violation } from './tree.ts';

interface Arrow {
  readonly to: string;
  readonly line: number;
}

type Arrows = ReadonlyMap<string, readonly Arrow[]>;

/** Imports that lead back to where they began, `import type` included: one shortest circle for each knot of files. */
export function importCircles(tree: Tree): Violation[] {
  const arrows: Arrows = new Map([...tree.files.values()].map((file) => [file.path, arrowsOf(tree, file)]));
  const known = new Set<string>();
  const found: Violation[] = [];
  for (const path of [...tree.files.keys()].sort()) {
    if (known.has(path)) continue;
    const circle = shortestCircle(arrows, path);
    if (circle === undefined) continue;
    for (const member of circle) known.add(member);
    const line = arrows.get(path)?.find(({ to }) => to === (circle[1] ?? path))?.line ?? 1;
    found.push({ path, line, rule: 'import-circle', message: `imports lead in a circle: ${[...circle, path].join(' -> ')}` });
  }
  return found;
}

function arrowsOf(tree: Tree, file: SourceFile): Arrow[] {
  return file.imports.flatMap(({ specifier, line }) => {
    const to = resolveImport(tree, file.path, specifier);
    return to === undefined ? [] : [{ to, line }];
  });
}

/** Breadth first from `start` until an arrow comes back to it. */
function shortestCircle(arrows: Arrows, start: string): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const path of queue) {
    for (const { to } of arrows.get(path) ?? []) {
      if (to === start) return wayBack(cameFrom, start, path);
      if (cameFrom.has(to)) continue;
      cameFrom.set(to, path);
      queue.push(to);
    }
  }
  return undefined;
}

function wayBack(cameFrom: ReadonlyMap<string, string>, start: string, end: string): string[] {
  const way = [end];
  for (let path = end; path !== start; ) {
    path = cameFrom.get(path) ?? start;
    way.unshift(path);
  }
  return way;
}
