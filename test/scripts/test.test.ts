import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const script = join(import.meta.dirname, '../../scripts/test.mjs');

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'test-'));
  mkdirSync(join(root, 'test'));
  writeFileSync(join(root, 'vitest.config.ts'), "export default { test: { globals: true, include: ['test/*.test.ts'] } };\n");
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function plant(name: string, text: string): void {
  writeFileSync(join(root, 'test', `${name}.test.ts`), text);
}

/** Exit code and last line of `npm test` over the planted tests. */
function runTests(...args: string[]): { readonly status: number | null; readonly closing: string | undefined } {
  const { status, stdout } = spawnSync(process.execPath, [script, '--root', root, ...args], { cwd: root, encoding: 'utf8' });
  return { status, closing: stdout.split('\n').at(-2) };
}

describe('npm test', () => {
  it('ends with what passed and failed', () => {
    plant('a', "it('a', () => {});\nit('b', () => {});\n");
    expect(runTests()).toEqual({ status: 0, closing: '2 passed, 0 failed' });
  });

  it('counts skipped tests only when there are any', () => {
    plant('a', "it('a', () => {});\nit.skip('b', () => {});\nit.todo('c');\n");
    expect(runTests()).toEqual({ status: 0, closing: '1 passed, 0 failed, 2 skipped' });
  });

  it('fails with a failing test', () => {
    plant('a', "it('a', () => {});\nit('b', () => { expect(1).toBe(2); });\n");
    expect(runTests()).toEqual({ status: 1, closing: '1 passed, 1 failed' });
  });

  it.each([
    ['a file that cannot be loaded', "import './missing.ts';\n"],
    ['a hook that throws', "afterAll(() => { throw new Error('late'); });\nit('b', () => {});\n"],
    [
      'an error that no test awaits',
      "it('b', async () => { setTimeout(() => { throw new Error('x'); }); await new Promise((r) => setTimeout(r, 50)); });\n",
    ],
  ])('fails with %s', (_name, text) => {
    plant('a', text);
    const { status, closing } = runTests();
    expect(status).toBe(1);
    expect(closing).toMatch(/^[01] passed, 1 failed$/);
  });

  it('fails when there is no test at all', () => {
    expect(runTests()).toEqual({ status: 1, closing: '0 passed, 1 failed' });
  });

  it('hands arguments on', () => {
    plant('a', "it('a', () => {});\n");
    plant('b', "it('b', () => { expect(1).toBe(2); });\n");
    expect(runTests('test/a.test.ts')).toEqual({ status: 0, closing: '1 passed, 0 failed' });
  });
});
