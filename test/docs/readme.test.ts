import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { aiGateway } from '../../core/src/gateway.ts';
import * as core from '../../core/src/index.ts';
import { openaiCompatible } from '../../core/src/providers/openai-compatible/openai-compatible.ts';
import { presets } from '../../core/src/providers/openai-compatible/presets.ts';
import { startSimulatedProvider } from '../contract/src/simulated-provider.ts';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The README's TypeScript, block by block. */
const blocks = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code as string);

function block(containing: string): string {
  const found = blocks.filter((code) => code.includes(containing));
  expect(found).toHaveLength(1);
  return found[0] as string;
}

/** Runs code as a module of an application beside the packages; ended with the test. */
function run(code: string): ChildProcess & { output(): string } {
  const flags = ['--conditions=@express-ai-gateway/source', '--input-type=module-typescript', '--eval', code];
  const child = spawn(process.execPath, flags, {
    cwd: join(root, 'test'),
    env: { PATH: process.env.PATH, OPENAI_API_KEY: 'sk-not-used', ANTHROPIC_API_KEY: 'sk-ant-not-used' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (data: string) => (text += data));
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return Object.assign(child, { output: () => text });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function simulatedGateway(plugins: Parameters<typeof aiGateway>[0]['plugins'] = []): Promise<string> {
  const provider = await startSimulatedProvider();
  const gateway = aiGateway({
    providers: [openaiCompatible({ name: 'simulated', baseUrl: provider.url })],
    models: { chat: 'simulated/chat' },
    plugins,
    allowAnonymous: true,
  });
  const server: Server = express().use('/ai', gateway).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await gateway.close();
    await provider.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Runs a script as a reader's shell does, in a copy of nothing: what it starts ends with it, what it keeps goes to a folder of its own. */
async function shell(script: string, env: Record<string, string>): Promise<{ stdout: string; stderr: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'readme-'));
  const child = spawn('bash', ['-c', script], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: folder, FOLDER: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  onTestFinished(() => rmSync(folder, { recursive: true }));
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  await once(child, 'exit');
  process.kill(-(child.pid as number), 'SIGKILL'); // the app that it left running
  return { stdout, stderr };
}

describe('README.md', () => {
  it('shows an app that starts and lists its models', async () => {
    const port = await freePort();
    const app = run(block('app.use(').replace('app.listen(3000)', `app.listen(${port}, '127.0.0.1')`));
    let models: { data: { id: string }[] } | undefined;
    for (let tries = 0; models === undefined && tries < 150 && app.exitCode === null; tries += 1) {
      models = await fetch(`http://127.0.0.1:${port}/ai/v1/models`).then(
        (answer) => answer.json() as Promise<{ data: { id: string }[] }>,
        () => undefined,
      );
      if (models === undefined) await new Promise((go) => setTimeout(go, 100));
    }
    expect(
      models?.data.map(({ id }) => id),
      app.output(),
    ).toEqual(['chat', 'openai/gpt-5-mini', 'anthropic/claude-haiku-4-5', 'ollama/llama3.2']);
  });

  it('shows a client that streams an answer', async () => {
    const url = await simulatedGateway();
    const client = run(block('new OpenAI(').replace('http://127.0.0.1:3000', url));
    const [code] = (await once(client, 'exit')) as [number];
    expect([code, client.output()]).toEqual([0, expect.stringMatching(/simulated/i)]);
  });

  it('shows clients of the other formats', async () => {
    const url = await simulatedGateway();
    const client = run(block('new GoogleGenAI(').replaceAll('http://127.0.0.1:3000', url));
    const [code] = (await once(client, 'exit')) as [number];
    expect([code, client.output()]).toEqual([0, expect.stringMatching(/simulated[\s\S]*simulated/i)]);
  });

  it('leads from nothing to a restricted, rotated key, as printed', async () => {
    const story = /^## Who may call\n([\s\S]*?)^## /m.exec(readme)?.[1] as string;
    const [start = '', use = ''] = [...story.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, code]) => code as string);
    const port = await freePort();
    const script = `${start}
      until curl -s -o /dev/null http://127.0.0.1:${port}/ai/health/live; do sleep 0.1; done
      ${use.replaceAll('3000', String(port))}`;
    const { stdout, stderr } = await shell(script, { PORT: String(port) });
    const seen = stdout.split('\n').filter((line) => /^\d{3}$/.test(line));
    const printed = [...use.matchAll(/^.*\bask \$.*# ([\d, ]+)$/gm)].flatMap(([, statuses]) => (statuses as string).split(', '));
    expect(printed).toHaveLength(6);
    expect(seen, `${stdout}\n${stderr}`).toEqual(printed);
  }, 120_000);

  it('shows a config with keys that starts, with an admin plane', async () => {
    const config = `
      import { admin } from '@express-ai-gateway/admin';
      import { apiKeys } from '@express-ai-gateway/auth-keys';
      import { aiGateway, openai } from '@express-ai-gateway/core';
      import { sqliteStore } from '@express-ai-gateway/store-sqlite';
      process.env.ADMIN_SECRET = '${randomBytes(32).toString('base64')}';
      process.env.GATEWAY_PEPPER = '${randomBytes(32).toString('base64')}';
      ${block('postgresStore').replace('./data/gateway.db', ':memory:')}
      await gateway.ready();
      console.log(gateway.routes.some(({ access }) => access === 'admin'));
      await gateway.close();`;
    const child = run(config);
    await once(child, 'exit');
    expect(child.output()).toBe('true\n');
  });

  it('names every factory and preset that there is', () => {
    for (const factory of Object.keys(core).filter((name) => /^(?:openai|azure|anthropic|google)/.test(name)))
      expect(readme).toContain(`\`${factory}\``);
    const listed = /presets for ([^;]+);/.exec(readme)?.[1]?.toLowerCase().replaceAll(/[\s-]/g, '').split(',');
    expect(listed?.toSorted()).toEqual(Object.keys(presets).toSorted());
  });

  it('shows a plugin that refuses', async () => {
    const plugin = block('office-hours').replace('export const', 'const');
    const closed = `${plugin}
      const { aiGateway, openai } = await import('@express-ai-gateway/core');
      const { default: express } = await import('express');
      const hour = new Date().getHours();
      const plugins = [officeHours(hour === 0 ? { from: 23, to: 24 } : { from: 0, to: hour })];
      const gateway = aiGateway({ providers: [openai({ apiKey: 'x' })], plugins, allowAnonymous: true });
      const server = express().use(gateway).listen(0, '127.0.0.1', async () => {
        const answer = await fetch('http://127.0.0.1:' + server.address().port + '/v1/models');
        console.log(answer.status, await answer.text());
        process.exit();
      });`;
    const child = run(closed);
    await once(child, 'exit');
    expect(child.output()).toMatch(/^403 .*"Models answer from \d+ to \d+ o'clock\.".*OFFICE_CLOSED/);
  });

  it('links only to what is there', () => {
    const links = [...readme.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, path]) => path as string);
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('names only commands that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    const named = [...readme.matchAll(/`npm (?:run )?([\w:]+)/g)].map(([, name]) => name as string).filter((name) => name !== 'ci');
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});
