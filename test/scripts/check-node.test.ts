import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const script = pathToFileURL(join(import.meta.dirname, '../../scripts/check-node.mjs')).href;

/** Runs the script as if on another version of Node. */
function runOn(version: string): { readonly status: number | null; readonly stderr: string } {
  const code = `Object.defineProperty(process.versions, 'node', { value: '${version}' }); await import('${script}')`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
}

describe('check-node', () => {
  it.each(['22.19.0', '22.20.1', '24.0.0', '26.10.0'])('says nothing on Node %s', (version) => {
    expect(runOn(version)).toMatchObject({ status: 0, stderr: '' });
  });

  it.each(['20.20.2', '22.18.9', '18.0.0'])('refuses Node %s and says what to run', (version) => {
    const { status, stderr } = runOn(version);
    expect(status).toBe(1);
    expect(stderr).toContain(`needs Node 22.19 or newer; this is Node ${version}.`);
    expect(stderr).toContain('npm ci\n');
    expect(stderr).toContain('--ignore-scripts');
  });

  it('passes on the Node that the repository pins', () => {
    expect(execFileSync(process.execPath, [join(import.meta.dirname, '../../scripts/check-node.mjs')], { encoding: 'utf8' })).toBe('');
  });
});
