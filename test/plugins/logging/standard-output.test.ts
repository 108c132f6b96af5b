import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { send } from '../../core/harness/loopback.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { linesIn } from './lines.ts';

leavesNothing();

interface Host {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly errors: Promise<string>;
  chat(): Promise<number>;
  /** Bytes that wait in its standard output. */
  waiting(): Promise<number>;
  /** Closes its gateway; resolves with its exit code. */
  close(): Promise<number>;
}

/** An app in a process of its own: what ends a process must not end the test's. */
async function host(): Promise<Host> {
  const script = join(import.meta.dirname, 'host-app.ts');
  const child = spawn(process.execPath, ['--conditions=@express-ai-gateway/source', script], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  }) as ChildProcessByStdio<null, Readable, Readable>;
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  const errors = text(child.stderr);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const question = { model: 'chat', messages: [{ role: 'user', content: 'Hello' }] };
  return {
    child,
    errors,
    chat: async () => (await send(`http://127.0.0.1:${port}/ai/v1/chat/completions`, question)).status,
    async waiting() {
      child.send('waiting');
      const [{ waiting }] = (await once(child, 'message')) as [{ waiting: number }];
      return waiting;
    },
    async close() {
      child.send('close');
      const [code] = (await exited) as [number];
      return code;
    },
  };
}

describe('standard output, where lines go by default', () => {
  it('gets one JSON line for each exchange, the last ones before the gateway is closed', async () => {
    const { child, chat, close, errors } = await host();
    const output = text(child.stdout);
    await Promise.all(Array.from({ length: 10 }, chat));
    expect(await close()).toBe(0);
    const lines = linesIn(await output);
    expect(lines).toHaveLength(10);
    for (const line of lines) expect(line).toMatchObject({ level: 'info', source: 'plugin:answering', status: 200 });
    expect(await errors).toBe('');
  });

  it('whose reader is gone (EPIPE) ends neither exchanges nor the process; standard error says so once', async () => {
    const { child, chat, close, errors } = await host();
    child.stdout.destroy();
    for (let count = 0; count < 5; count += 1) expect(await chat()).toBe(200);
    expect(await close()).toBe(0);
    expect(linesIn(await errors)).toMatchObject([
      { level: 'error', message: 'The log could not be written.', error: expect.stringContaining('EPIPE') },
    ]);
  });

  it('that nobody reads holds up no exchange and keeps a bounded number of bytes; the next line counts what was dropped', async () => {
    const { child, chat, waiting, close, errors } = await host();
    for (let count = 0; count < 200; count += 1) expect(await chat()).toBe(200);
    const held = await waiting();
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThan(48 * 1024);

    const output = text(child.stdout);
    while ((await waiting()) > 0);
    expect(await chat()).toBe(200);
    expect(await close()).toBe(0);
    const lines = linesIn(await output);
    const dropped = 201 - lines.length;
    expect(dropped).toBeGreaterThan(0);
    expect(lines.flatMap((line) => line.dropped ?? [])).toEqual([dropped]);
    expect(linesIn(await errors)).toMatchObject([{ level: 'error', message: expect.stringContaining('does not keep up') }]);
  });
});
