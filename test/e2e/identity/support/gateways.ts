import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface ProcessSetup {
  readonly store: { readonly kind: 'sqlite' | 'redis' | 'postgres'; readonly place: string };
  readonly upstream: string;
  readonly adminSecret: string;
  readonly pepper: string;
  readonly staleMs: number;
}

export interface GatewayProcess {
  /** The status of a call with this key. */
  readonly call: (key: string) => Promise<number>;
  /** What the admin plane answers; rejects where that is no 2xx. */
  readonly admin: <Answer>(method: string, path: string, body?: unknown) => Promise<Answer>;
}

const program = join(import.meta.dirname, 'gateway-process.ts');

/** A gateway in a process of its own; gone with the test. */
export async function gatewayProcess(setup: ProcessSetup): Promise<GatewayProcess> {
  const child: ChildProcess = fork(program, [JSON.stringify(setup)], {
    execArgv: ['--conditions=@express-ai-gateway/source'],
    silent: true,
  });
  let said = '';
  child.stdout?.resume();
  child.stderr?.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2_000);
  });
  onTestFinished(async () => {
    if (child.exitCode !== null) return;
    const over = once(child, 'exit');
    child.disconnect();
    await over;
  });
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`the gateway's process ended with ${code} before it listened: ${said}`);
  });
  const [{ port }] = (await Promise.race([once(child, 'message'), died])) as [{ port: number }];
  died.catch(() => {}); // later it ends with its test
  const mount = `http://127.0.0.1:${port}/ai`;
  return {
    async call(key) {
      const got = await fetch(`${mount}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, connection: 'close' },
        body: JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'Hi' }] }),
      });
      await got.text();
      return got.status;
    },
    async admin<Answer>(method: string, path: string, body?: unknown) {
      const got = await fetch(`${mount}/admin${path}`, {
        method,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${setup.adminSecret}`, connection: 'close' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await got.text();
      if (!got.ok) throw new Error(`${method} ${path}: ${got.status} ${text}`);
      return JSON.parse(text) as Answer;
    },
  };
}
