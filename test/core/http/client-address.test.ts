import http from 'node:http';
import type express from 'express';
import { describe, expect, it } from 'vitest';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import { aiGateway } from '../../../core/src/gateway.ts';
import { clientAddress } from '../../../core/src/http/client-address.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { provide } from '../../../core/src/services/container.ts';
import { Logger } from '../../../core/src/services/logger.ts';
import { expressVersions } from '../../e2e/support/hosts.ts';
import { listening } from '../harness/loopback.ts';
import { leavesNothing } from '../harness/nothing-left.ts';
import { recordingLogger } from '../harness/recording-logger.ts';

leavesNothing();

/** The address that hooks see, of an app with this setting. */
async function seen(setting: unknown, forwarded: readonly string[], make: typeof express) {
  const addresses: (string | undefined)[] = [];
  const logger = recordingLogger();
  const looking = definePlugin({ name: 'looking', create: () => ({ onRequest: (context) => void addresses.push(context.ip) }) })();
  const gateway = aiGateway({
    providers: [openaiCompatible({ name: 'up', baseUrl: 'http://127.0.0.1:1' })],
    plugins: [looking],
    allowAnonymous: true,
    services: [provide(Logger, logger)],
  });
  const app = make();
  if (setting !== undefined) app.set('trust proxy', setting);
  const { url } = await listening(app.use('/ai', gateway));
  for (const value of forwarded)
    await new Promise<void>((resolve, reject) => {
      const headers = { 'x-forwarded-for': value };
      http.get(`${url}/ai/v1/models`, { agent: false, headers }, (res) => void res.resume().on('close', resolve)).on('error', reject);
    });
  await gateway.close();
  return { addresses, errors: logger.texts('error') };
}

describe.each(expressVersions)('the client’s address in $version', ({ express: make }) => {
  it('AUTH-14: with "trust proxy: true" it is the connection’s, whatever the client writes, and the log says once what to do', async () => {
    const forged = Array.from({ length: 50 }, (_, index) => `198.51.100.${index}`);
    const { addresses, errors } = await seen(true, forged, make);
    expect(new Set(addresses)).toEqual(new Set(['127.0.0.1']));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('set it to the number or the addresses of your proxies');
  });

  it('AUTH-14: without the setting it is the connection’s; with a number or addresses what the proxy said', async () => {
    expect((await seen(undefined, ['198.51.100.1'], make)).addresses).toEqual(['127.0.0.1']);
    expect((await seen(1, ['203.0.113.9, 198.51.100.1'], make)).addresses).toEqual(['198.51.100.1']);
    expect((await seen('loopback', ['203.0.113.9, 198.51.100.1'], make)).addresses).toEqual(['198.51.100.1']);
    expect((await seen(1, ['198.51.100.1'], make)).errors).toEqual([]);
  });
});

describe('clientAddress', () => {
  it.each([
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:5678', '192.0.2.1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['unknown', '192.0.2.99'],
    ['999.1.1.1', '192.0.2.99'],
    ['', '192.0.2.99'],
  ])('AUTH-14: %s is %s', (ip, expected) => {
    expect(clientAddress({ ip } as never, '192.0.2.99')).toBe(expected);
  });

  it('is unknown where nobody knows it', () => {
    expect(clientAddress({} as never, undefined)).toBeUndefined();
  });
});
