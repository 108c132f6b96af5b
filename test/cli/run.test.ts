import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { run } from '../../cli/src/run.ts';

const pepper = 'Zt4Wq9Lx7Bv2Nc5Kd8Rj1Hf6Gm3Ps0Yu4Ta7We2Ib9Oo';

/** The command line with a store of its own: what comes to its output and beside it, and its exit status. */
function commandLine() {
  const folder = mkdtempSync(join(tmpdir(), 'cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const env = { GATEWAY_PEPPER: pepper, GATEWAY_STORE: join(folder, 'gateway.db') };
  return async (...args: string[]) => {
    const [out, notes]: [string[], string[]] = [[], []];
    const around = {
      env,
      out: (line: string) => void out.push(line),
      note: (line: string) => void notes.push(line),
      now: () => Date.now(),
    };
    const status = await run(args, { ...around, version: '1.2.3' });
    return { status, out: out.join('\n'), notes: notes.join('\n') };
  };
}

const idOf = (key: string): string => key.split('_')[2] as string;

describe('run', () => {
  it('keys create tells the key alone on its output, and the rest beside it', async () => {
    const cli = commandLine();
    const { status, out, notes } = await cli(
      'keys',
      'create',
      '--label',
      'ci',
      '--models',
      'chat, claude-*',
      '--expires',
      '90d',
      '--scopes',
      'a,b',
    );
    expect(status).toBe(0);
    expect(out).toMatch(/^gw_live_[a-z2-7]{16}_[a-z2-7]+$/);
    expect(notes).toContain('label         ci');
    expect(notes).toContain('{"models":["chat","claude-*"]}');
    expect(notes).not.toContain(out);
  });

  it('keys list, show: whole pages, one tenant, as a table or JSON, never a secret', async () => {
    const cli = commandLine();
    const { out: key } = await cli('keys', 'create', '--label', 'first', '--tenant', 'acme');
    await cli('keys', 'create', '--label', 'second');
    expect((await cli('keys', 'list')).out.split('\n')).toHaveLength(3);
    const listed = JSON.parse((await cli('keys', 'list', '--tenant', 'acme', '--json')).out) as object[];
    expect(listed).toMatchObject([{ id: idOf(key), label: 'first', tenant: 'acme', state: 'active' }]);
    const shown = JSON.parse((await cli('keys', 'show', idOf(key), '--json')).out) as object;
    expect(shown).toEqual(listed[0]);
    expect(JSON.stringify(shown)).not.toContain(key.split('_')[3]);
  });

  it('keys restrict adds to restrictions and lifts them; keys update changes the rest', async () => {
    const cli = commandLine();
    const { out: key } = await cli('keys', 'create', '--label', 'ci', '--models', 'chat', '--plan', 'pro');
    const restricted = await cli('keys', 'restrict', idOf(key), '--addresses', '192.0.2.0/24', '--methods', 'post', '--json');
    expect(JSON.parse(restricted.out)).toMatchObject({
      revision: 2,
      restrictions: { models: ['chat'], addresses: ['192.0.2.0/24'], methods: ['POST'] },
    });
    const lifted = JSON.parse((await cli('keys', 'restrict', idOf(key), '--lift', 'addresses,methods,models', '--json')).out) as object;
    expect(lifted).not.toHaveProperty('restrictions');
    const updated = JSON.parse((await cli('keys', 'update', idOf(key), '--label', 'new', '--plan', 'none', '--json')).out) as object;
    expect(updated).toMatchObject({ label: 'new', revision: 4 });
    expect(updated).not.toHaveProperty('plan');
  });

  it('keys rotate gives another secret of the same key; keys revoke ends it for good', async () => {
    const cli = commandLine();
    const { out: key } = await cli('keys', 'create', '--label', 'ci');
    const rotated = JSON.parse((await cli('keys', 'rotate', idOf(key), '--grace', '7d', '--json')).out) as { key: string; record: object };
    expect(idOf(rotated.key)).toBe(idOf(key));
    expect(rotated.key).not.toBe(key);
    expect(rotated.record).toHaveProperty('graceUntil');
    expect((await cli('keys', 'rotate', idOf(key), '--grace', '0s')).out).toMatch(/^gw_live_/);
    expect((await cli('keys', 'revoke', idOf(key))).out).toMatch(/state +revoked/);
    expect(await cli('keys', 'rotate', idOf(key))).toMatchObject({ status: 1, notes: expect.stringContaining('(KEY_REVOKED)') as string });
  });

  it.each([
    [['keys', 'create'], 2, "required option '--label <text>'"],
    [['keys', 'create', '--label', 'x', '--modles', 'y'], 2, 'Did you mean --models?'],
    [['keys', 'show'], 2, "missing required argument 'id'"],
    [['key'], 2, "unknown command 'key'"],
    [['keys', 'show', 'nobody'], 1, 'no such API key'],
    [['keys', 'create', '--label', 'x', '--expires', 'soon'], 1, 'Expected an expiry such as 90d'],
    [['keys', 'create', '--label', 'x', '--expires', '2001-01-01'], 1, 'expected a time to come'],
    [['keys', 'create', '--label', 'x', '--addresses', 'here'], 1, 'restrictions.addresses.0: an address'],
    [['keys', 'create', '--label', ''], 1, 'label: at least one character'],
    [['keys', 'update', 'x'], 1, 'Nothing is to be changed'],
  ])('%j is answered with %i and what to do', async (args, status, said) => {
    const cli = commandLine();
    await cli('keys', 'create', '--label', 'so that there is a store');
    const result = await cli(...args);
    expect(result.status).toBe(status);
    expect(result.out).toBe('');
    expect(result.notes).toContain(said);
    expect(result.notes).not.toContain('    at ');
  });

  it('says what there is', async () => {
    const cli = commandLine();
    expect(await cli('--version')).toEqual({ status: 0, out: '1.2.3', notes: '' });
    const help = await cli('keys', '--help');
    expect(help.status).toBe(0);
    for (const verb of ['create', 'list', 'show', 'update', 'restrict', 'rotate', 'revoke']) expect(help.out).toContain(verb);
  });
});
