import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Client, TokenOptions } from '../../../../examples/oidc/src/identity-provider.ts';

export interface AuthorizationServer {
  readonly issuer: string;
  readonly gatewayClient: Client;
  token(options?: TokenOptions): Promise<string>;
  revoke(token: string): Promise<void>;
  kill(): Promise<void>;
}

interface Reply {
  readonly id: number;
  readonly result?: never;
  readonly error?: string;
}

const program = join(import.meta.dirname, 'authorization-server.ts');

/** In a process of its own: two in one process would share what they keep. Gone with the test. */
export async function authorizationServer(tokenSeconds = 600): Promise<AuthorizationServer> {
  const child = fork(program, [String(tokenSeconds)], { execArgv: ['--conditions=@express-ai-gateway/source'], silent: true });
  child.stdout?.resume();
  child.stderr?.resume();
  const waiting = new Map<number, (reply: Reply) => void>();
  const [{ issuer, gatewayClient }] = (await once(child, 'message')) as [Pick<AuthorizationServer, 'issuer' | 'gatewayClient'>];
  child.on('message', (reply: Reply) => waiting.get(reply.id)?.(reply));

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const over = once(child, 'exit');
    child.kill('SIGKILL');
    await over;
  }
  onTestFinished(kill);

  let count = 0;
  async function told<Result>(action: string, argument: unknown): Promise<Result> {
    count += 1;
    const id = count;
    const replied = new Promise<Reply>((resolve) => waiting.set(id, resolve));
    child.send({ id, action, argument });
    const { result, error } = await replied;
    if (error !== undefined) throw new Error(error);
    return result as Result;
  }

  return { issuer, gatewayClient, token: (options = {}) => told('token', options), revoke: (token) => told('revoke', token), kill };
}
