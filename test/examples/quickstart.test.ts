import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSimulatedProvider } from '../contract/src/simulated-provider.ts';

const root = join(import.meta.dirname, '../..');
const node = ['--conditions=@express-ai-gateway/source'];

interface Started {
  readonly child: ChildProcess;
  /** Everything printed so far. */
  output(): string;
  readonly url: string;
}

function launch(env: Record<string, string>): { child: ChildProcess; output(): string } {
  const child = spawn(process.execPath, [...node, 'src/main.ts'], {
    cwd: join(root, 'examples/quickstart'),
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (data: string) => {
      text += data;
    });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return { child, output: () => text };
}

async function started(env: Record<string, string> = {}): Promise<Started> {
  const { child, output } = launch({ PORT: '0', ...env });
  while (!output().includes('Ctrl-C')) {
    if (child.exitCode !== null) throw new Error(`ended before it was up:\n${output()}`);
    await new Promise((go) => setTimeout(go, 20));
  }
  const url = /The app is at (\S+)/.exec(output())?.[1] as string;
  return { child, output, url };
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

describe('npm start', () => {
  it('prints a curl line that streams an answer as printed', async () => {
    const { output } = await started();
    expect(output()).toContain('answers are simulated');
    const line = output()
      .split('\n')
      .find((text) => text.startsWith('curl ')) as string;
    const { stdout } = await promisify(execFile)('sh', ['-c', line]);
    expect(stdout).toMatch(/^data: \{"id":"chatcmpl-/);
    expect(stdout).toMatch(/data: \[DONE\]\n\n$/);
  });

  it('prints an SDK snippet of six lines that works as printed', async () => {
    const { output } = await started();
    const lines = output().split('\n');
    const from = lines.findIndex((line) => line.startsWith('import OpenAI'));
    const snippet = lines.slice(from, lines.indexOf('', from));
    expect(snippet).toHaveLength(6);
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', snippet.join('\n')], {
      cwd: join(root, 'test'),
    });
    expect(stdout).toMatch(/simulated/i);
  });

  it('prints how to get at the admin plane, with a secret that nobody else has', async () => {
    const [one, other] = await Promise.all([started(), started()]);
    const lines = [one, other].map(({ output }) => /^curl .*\/ai\/admin .*$/m.exec(output())?.[0] as string);
    expect(lines[0]?.split('Bearer ')[1]).not.toBe(lines[1]?.split('Bearer ')[1]);
    const { stdout } = await promisify(execFile)('sh', ['-c', lines[0] as string]);
    expect(stdout).toContain('/openapi.json');
  });

  it('serves its own page and route, with safe headers', async () => {
    const { url } = await started();
    const page = await fetch(url);
    expect(await page.text()).toContain('<h1>An ordinary Express app</h1>');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.headers.get('x-frame-options')).toBe('SAMEORIGIN');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('x-powered-by')).toBeNull();
    expect(await (await fetch(`${url}/api/hello`)).json()).toEqual({ hello: 'from a route of the app itself' });
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
  });

  it('uses the providers of the environment, and no simulated one then', async () => {
    const provider = await startSimulatedProvider({ apiKey: 'sk-of-the-operator' });
    onTestFinished(() => provider.close());
    const { url, output } = await started({
      OPENAI_API_KEY: 'sk-of-the-operator',
      OPENAI_BASE_URL: provider.url,
      OLLAMA_BASE_URL: 'http://127.0.0.1:11434',
      OLLAMA_MODEL: 'qwen3',
    });
    expect(output()).toContain('The model "chat" is openai/gpt-5-mini, then ollama/qwen3.');
    expect(output()).not.toContain('simulated');
    const answer = await fetch(`${url}/ai/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'Hello' }] }),
    });
    expect(answer.status).toBe(200);
    expect(provider.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/v1/chat/completions', 'Bearer sk-of-the-operator'],
    ]);
    expect(output()).not.toContain('sk-of-the-operator');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends at %s once open answers are finished', async (signal) => {
    const { child, url } = await started();
    const answer = await fetch(`${url}/ai/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'Hello' }], stream: true }),
    });
    child.kill(signal);
    expect(await answer.text()).toMatch(/data: \[DONE\]\n\n$/);
    expect(await ended(child)).toBe(0);
  });

  it.each(['70000', '-1', '3000a', '1.5'])('refuses PORT=%s with what it expected', async (PORT) => {
    const { child, output } = launch({ PORT });
    expect(await ended(child)).toBe(1);
    expect(output()).toBe(`PORT: expected a port from 0 to 65535 (0 takes a free one), received "${PORT}".\n`);
  });

  it('names the provider that it cannot use, without a stack', async () => {
    const { child, output } = launch({ PORT: '0', OLLAMA_BASE_URL: 'localhost' });
    expect(await ended(child)).toBe(1);
    expect(output()).toMatch(/^The app could not start: The provider "ollama" is not usable:\n {2}baseUrl: expected .*\n$/);
  });

  it('says what to do when the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const { child, output } = launch({ PORT: String(port) });
    expect(await ended(child)).toBe(1);
    expect(output()).toBe(`Port ${port} is in use. Stop what uses it, or choose another: PORT=${port + 1} npm start\n`);
  });
});
