import { describe, expect, it } from 'vitest';
import { remoteKeys } from '../../cli/src/remote-keys.ts';
import { listening } from '../core/harness/loopback.ts';
import { leavesNothing } from '../core/harness/nothing-left.ts';
import { freePort } from '../kit/redis-server.ts';

leavesNothing();

async function answering(status: number, body: string, headers: Record<string, string> = {}) {
  const asked: { method: string | undefined; url: string | undefined; authorization: string | undefined; body: string }[] = [];
  const server = await listening((req, res) => {
    let text = '';
    req.on('data', (chunk) => {
      text += chunk;
    });
    req.on('end', () => {
      asked.push({ method: req.method, url: req.url, authorization: req.headers.authorization, body: text });
      res.writeHead(status, { connection: 'close', ...headers }).end(body);
    });
  });
  return { keys: remoteKeys(`${server.url}/ai/admin`, 'the-secret'), asked, url: server.url };
}

describe('remoteKeys', () => {
  it('asks the admin plane, with its secret', async () => {
    const { keys, asked } = await answering(200, '{"keys":[]}');
    await keys.list({ tenant: 'a&b', after: 'x', limit: 5 });
    await keys.create({ label: 'ci' });
    await keys.update('abc', { label: 'new' });
    await keys.rotate('abc', { graceSeconds: 5 });
    await keys.revoke('../audit');
    expect(asked.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['GET', '/ai/admin/keys?limit=5&tenant=a%26b&after=x', ''],
      ['POST', '/ai/admin/keys', '{"label":"ci"}'],
      ['PATCH', '/ai/admin/keys/abc', '{"label":"new"}'],
      ['POST', '/ai/admin/keys/abc/rotate', '{"graceSeconds":5}'],
      ['POST', '/ai/admin/keys/..%2Faudit/revoke', '{}'],
    ]);
    expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer the-secret']));
  });

  it.each([
    [401, '{"error":{"code":"ADMIN_UNAUTHENTICATED","message":"x"}}', 'The gateway refuses the admin secret.'],
    [404, '{"error":{"code":"GW_NOT_SERVED","message":"x"}}', 'There are no API keys at'],
    [404, '<html>', 'There are no API keys at'],
    [404, '{"error":{"code":"KEY_UNKNOWN","message":"There is no such API key."}}', 'There is no such API key. (KEY_UNKNOWN)'],
    [400, '{"error":{"code":"ADMIN_BAD_INPUT","message":"expiresAt: a time"}}', 'expiresAt: a time (ADMIN_BAD_INPUT)'],
    [502, '<html>bad gateway</html>', 'answered with status 502, and not as a gateway does'],
  ])('says what to do about %i %s', async (status, body, said) => {
    const { keys } = await answering(status, body);
    await expect(keys.get('abc')).rejects.toThrow(said);
    await expect(keys.get('abc')).rejects.not.toThrow('the-secret');
  });

  it('takes its secret to no other place', async () => {
    const other = await answering(200, '{}');
    const { keys } = await answering(307, '', { location: `${other.url}/ai/admin/keys/abc` });
    await expect(keys.get('abc')).rejects.toThrow('answered with status 307');
    expect(other.asked).toEqual([]);
  });

  it('says so when nobody is there', async () => {
    const url = `http://127.0.0.1:${await freePort()}/ai/admin`;
    await expect(remoteKeys(url, 's').get('abc')).rejects.toThrow(/cannot be reached: connect ECONNREFUSED .* Is it running/);
  });

  it.each(['my.app/ai/admin', 'ftp://my.app/admin', ''])('refuses what is no URL: %j', (url) => {
    expect(() => remoteKeys(url, 's')).toThrow('Expected the gateway');
  });

  it('sends no secret in the clear, loopback apart', () => {
    for (const url of [
      'http://my.app/ai/admin',
      'http://10.0.0.1/ai/admin',
      'http://localhost.evil.example/',
      'http://127.0.0.1.evil.example/',
    ])
      expect(() => remoteKeys(url, 's'), url).toThrow('would travel in the clear');
    for (const url of [
      'https://my.app/ai/admin',
      'http://localhost:3000/ai/admin',
      'http://[::1]:3000/ai/admin',
      'http://127.0.0.1/ai/admin',
    ])
      expect(() => remoteKeys(url, 's'), url).not.toThrow();
  });
});
