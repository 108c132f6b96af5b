import { get } from 'node:http';
import { describe, expect, it } from 'vitest';
import { definePlugin, type PluginHooks } from '../../../core/src/define-plugin.ts';
import { gate, running } from '../harness/loopback.ts';
import { leavesNothing } from '../harness/nothing-left.ts';

leavesNothing();

interface Health {
  readonly status: number | undefined;
  readonly retryAfter: string | undefined;
  readonly body: unknown;
}

function health(url: string, method = 'GET'): Promise<Health> {
  return new Promise((resolve, reject) => {
    get(url, { method, agent: false }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (data: string) => {
        text += data;
      });
      res.on('end', () =>
        resolve({ status: res.statusCode, retryAfter: res.headers['retry-after'], body: text === '' ? '' : JSON.parse(text) }),
      );
    }).on('error', reject);
  });
}

function plugin(hooks: PluginHooks) {
  return definePlugin({ name: 'slow', create: () => hooks })();
}

const nowhere = 'http://127.0.0.1:1';

describe('health checks', () => {
  it('a gateway that takes requests is live and ready, for whoever asks', async () => {
    const { url, gateway } = await running(nowhere);
    await gateway.ready();
    expect(await health(`${url}/health/live`)).toEqual({ status: 200, retryAfter: undefined, body: { status: 'live' } });
    expect(await health(`${url}/health/ready`)).toEqual({ status: 200, retryAfter: undefined, body: { status: 'ready' } });
    expect(await health(`${url}/health/ready`, 'HEAD')).toMatchObject({ status: 200, body: '' });
  });

  it('is live but not ready while a plugin starts', async () => {
    const started = gate();
    const { url, gateway } = await running(nowhere, { plugins: [plugin({ start: () => started.opened })] });
    expect(await health(`${url}/health/live`)).toMatchObject({ status: 200 });
    expect(await health(`${url}/health/ready`)).toEqual({ status: 503, retryAfter: '1', body: { status: 'starting' } });
    started.open();
    await gateway.ready();
    expect(await health(`${url}/health/ready`)).toMatchObject({ status: 200 });
  });

  it('says that a plugin could not start, but not why', async () => {
    const failing = plugin({
      start: () => {
        throw new Error('no route to secret.example');
      },
    });
    const { url, gateway } = await running(nowhere, { plugins: [failing] });
    await expect(gateway.ready()).rejects.toThrow('slow failed to start');
    expect(await health(`${url}/health/ready`)).toEqual({ status: 503, retryAfter: '1', body: { status: 'broken' } });
  });

  it('F-48: is not ready from the moment it is asked to close', async () => {
    const disposed = gate();
    const { url, gateway } = await running(nowhere, { plugins: [plugin({ dispose: () => disposed.opened })] });
    await gateway.ready();
    const closing = gateway.close();
    expect(await health(`${url}/health/ready`)).toEqual({ status: 503, retryAfter: '1', body: { status: 'closing' } });
    expect(await health(`${url}/health/live`)).toMatchObject({ status: 200 });
    disposed.open();
    await closing;
  });

  it('belongs to the listed routes; other methods and paths go on to the host app', async () => {
    const { url, gateway } = await running(nowhere);
    expect(gateway.routes).toContainEqual({ method: 'GET', path: '/health/ready', dialect: 'health', access: 'public' });
    expect(await health(`${url}/health/live`, 'HEAD')).toMatchObject({ status: 200 });
    const other = await fetch(`${url}/health/live`, { method: 'POST', headers: { connection: 'close' } });
    expect(other.status).toBe(404);
    expect(await other.text()).toContain('Cannot POST');
  });
});
