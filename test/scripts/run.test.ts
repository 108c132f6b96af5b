import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { run } from '../../scripts/run.ts';

const node = process.execPath;

describe('run', () => {
  it('resolves with what the command printed, errors included', async () => {
    await expect(run(node, ['-e', 'console.log("out"); console.error("err")'])).resolves.toMatch(/out\n[\s\S]*err\n|err\n[\s\S]*out\n/);
  });

  it('rejects with the command, its code and its output', async () => {
    await expect(run(node, ['-e', 'console.log("why"); process.exit(3)'])).rejects.toThrow(/ended with code 3\nwhy/);
  });

  it('rejects when there is no such command', async () => {
    await expect(run('no-such-command-here', [])).rejects.toThrow(/no-such-command-here: .*ENOENT/);
  });

  it('kills a command that takes too long, and its children', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'run-'));
    const file = join(folder, 'beats');
    const child = `setInterval(() => require('fs').appendFileSync(${JSON.stringify(file)}, '.'), 20)`;
    const parent = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' }); setInterval(() => {}, 1000)`;
    await expect(run(node, ['-e', parent], { timeoutMs: 1_000 })).rejects.toThrow('still running after 1 s');
    const beats = statSync(file).size;
    expect(beats).toBeGreaterThan(0);
    await setTimeout(300);
    expect(statSync(file).size).toBe(beats);
    rmSync(folder, { recursive: true });
  });

  it('passes only the environment it was given', async () => {
    await expect(run(node, ['-p', 'process.env.ONLY + process.env.HOME'], { env: { ONLY: 'this' } })).resolves.toBe('thisundefined\n');
  });
});
