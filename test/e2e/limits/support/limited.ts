import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RateLimitOptions } from '../../../../plugins/rate-limit/src/index.ts';

export interface LimitedSetup {
  readonly store: { readonly kind: 'redis' | 'postgres' | 'sqlite'; readonly place: string };
  readonly upstream: string;
  readonly limits: RateLimitOptions;
}

export interface LimitedProcess {
  /** The status of a call that allows an answer of so many tokens. */
  call(maxTokens?: number): Promise<number>;
}

const program = join(import.meta.dirname, 'limited-process.ts');

/** Gateways in processes of their own, with counters in common; gone with the test. */
export function limitedProcesses(count: number, setup: LimitedSetup): Promise<LimitedProcess[]> {
  return Promise.all(Array.from({ length: count }, () => limitedProcess(setup)));
}

async function limitedProcess(setup: LimitedSetup): Promise<LimitedProcess> {
  const child: ChildProcess = fork(program, [JSON.stringify(setup)], {
    execArgv: ['--conditions=@express-ai-gateway/source'],
    silent: true,
  });
  const agent = new http.Agent({ keepAlive: true });
  child.stdout?.resume();
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2_000);
  });
  onTestFinished(async () => {
    agent.destroy();
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
  return {
    call: (maxTokens) =>
      new Promise((resolve, reject) => {
        const body = {
          model: 'chat',
          messages: [{ role: 'user', content: 'Hi' }],
          ...(maxTokens !== undefined && { max_tokens: maxTokens }),
        };
        const headers = { 'content-type': 'application/json' };
        http
          .request({ port, host: '127.0.0.1', path: '/ai/v1/chat/completions', method: 'POST', agent, headers }, (res) => {
            res.resume().on('end', () => resolve(res.statusCode as number));
          })
          .on('error', reject)
          .end(JSON.stringify(body));
      }),
  };
}
