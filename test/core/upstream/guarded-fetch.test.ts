import type { LookupFunction } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { GuardedRequest } from '../../../core/src/services/guarded-fetch.ts';
import { guardedFetch } from '../../../core/src/upstream/guarded-fetch.ts';
import { listening } from '../harness/loopback.ts';
import { leavesNothing } from '../harness/nothing-left.ts';

leavesNothing();

const usual: GuardedRequest = { timeoutMs: 2_000, maxBytes: 1_000 };

function guarded(lookup?: LookupFunction) {
  const made = guardedFetch(lookup);
  onTestFinished(() => made.close());
  return made;
}

/** What went wrong, in words. */
async function problem(url: string, request: Partial<GuardedRequest> = {}, lookup?: LookupFunction): Promise<string> {
  return guarded(lookup)
    .fetch(url, { ...usual, ...request })
    .then(
      ({ status }) => `answered ${status}`,
      (error: Error & { cause?: Error }) => `${error.message} ${error.cause?.message ?? ''}`,
    );
}

/** Names lead where the test says. */
function leadingTo(...addresses: string[]): LookupFunction {
  return ((_hostname: string, _options: unknown, callback: (error: null, found: object[]) => void) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )) as never;
}

describe('guardedFetch', () => {
  it('fetches, of one’s own network where that is allowed', async () => {
    const heads: unknown[] = [];
    const { url } = await listening((req, res) => {
      heads.push([req.method, req.headers['x-one']]);
      req.on('data', (data) => heads.push(String(data)));
      req.on('end', () => res.writeHead(201, { 'x-two': ['a', 'b'] }).end('hello'));
    });
    const { status, headers, body } = await guarded().fetch(`${url}/keys`, {
      ...usual,
      allowPrivate: true,
      method: 'POST',
      headers: { 'x-one': '1' },
      body: 'asked',
    });
    expect([status, headers['x-two'], body.toString()]).toEqual([201, 'a, b', 'hello']);
    expect(heads).toEqual([['POST', '1'], 'asked']);
  });

  describe('SSRF-3: refuses, whatever is listening there,', () => {
    const four = [
      '127.0.0.1',
      '0.0.0.0',
      '10.0.0.1',
      '100.64.0.1',
      '169.254.169.254',
      '172.16.0.1',
      '192.168.1.1',
      '198.18.0.1',
      '224.0.0.1',
      '255.255.255.255',
    ];
    const spelt = four.flatMap((address) => {
      const bytes = address.split('.').map(Number);
      const number = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
      const hex = `0x${number.toString(16)}`;
      const octal = `0${number.toString(8)}`;
      const dottedHex = bytes.map((byte) => `0x${byte.toString(16)}`).join('.');
      const dottedOctal = bytes.map((byte) => `0${byte.toString(8)}`).join('.');
      const three = `${bytes[0]}.${bytes[1]}.${(bytes[2] as number) * 256 + (bytes[3] as number)}`;
      return [
        address,
        `${address}.`,
        String(number),
        hex,
        octal,
        dottedHex,
        dottedOctal,
        three,
        `[::ffff:${address}]`,
        `[64:ff9b::${address}]`,
        `[::${address}]`,
      ];
    });
    const others = [
      '127.1',
      '127.0.1',
      '[::]',
      '[::1]',
      '[0:0:0:0:0:0:0:1]',
      '[fe80::1]',
      '[fc00::1]',
      '[fd00:ec2::254]',
      '[2002:7f00:1::]',
      '[2001::1]',
      '[fec0::1]',
      '①②⑦.⓪.⓪.①',
      '１２７.０.０.１',
      '%31%32%37.0.0.1',
    ];

    it.each([...spelt, ...others])('%s', async (host) => {
      expect(await problem(`https://${host}/`)).toContain('no public address');
    });

    it(`in ${spelt.length + others.length} spellings, which are enough`, () => {
      expect(spelt.length + others.length).toBeGreaterThanOrEqual(120);
    });

    it('names that lead there, at the moment of the connection', async () => {
      for (const name of ['localhost', 'localhost.', 'x.localhost', 'metadata.internal'])
        expect(await problem(`https://${name}/`, {}, leadingTo('127.0.0.1'))).toContain('no public address');
      expect(await problem('https://two.example/', {}, leadingTo('8.8.8.8', '10.0.0.1'))).toContain('no public address');
      expect(await problem('https://none.example/', {}, leadingTo())).toContain('no public address');
      expect(await problem('https://six.example/', {}, leadingTo('::1'))).toContain('no public address');
    });
  });

  it('SSRF-4: looks a name up once: the address that was checked is the one that is connected to', async () => {
    let asked = 0;
    const rebinding = ((_hostname: string, _options: unknown, callback: (error: null, found: object[]) => void) => {
      asked += 1;
      callback(null, [{ address: asked === 1 ? '203.0.113.1' : '127.0.0.1', family: 4 }]);
    }) as never;
    expect(await problem('https://rebinding.example/', { timeoutMs: 300 }, rebinding)).toContain('no public address');
    expect(asked).toBe(1);
  });

  it('SSRF-4: follows no redirect, so no credential goes on', async () => {
    const seen: string[] = [];
    const target = await listening((req, res) => {
      seen.push(req.headers.authorization ?? 'none');
      res.end();
    });
    for (const location of [target.url, 'http://169.254.169.254/latest/meta-data', 'file:///etc/passwd', '/elsewhere']) {
      const { url } = await listening((_req, res) => res.writeHead(302, { location }).end());
      expect(await problem(url, { allowPrivate: true, headers: { authorization: 'Bearer x' } })).toContain(
        'a redirect (302), which is not followed',
      );
    }
    expect(seen).toEqual([]);
  });

  it('takes https alone, plain http only in one’s own network, and no password in a URL', async () => {
    expect(await problem('http://example.com/')).toContain('expected an https URL, received http:');
    for (const url of ['ftp://example.com/', 'file:///etc/passwd', 'data:text/plain,x'])
      expect(await problem(url, { allowPrivate: true })).toContain('expected an https URL or an http one');
    expect(await problem('https://user:pass@example.com/')).toContain('send them in a header');
    expect(await problem('not a url')).toContain('cannot be read');
  });

  it('reads no more than it may, and waits no longer', async () => {
    const large = await listening((_req, res) => res.end('x'.repeat(1_001)));
    expect(await problem(large.url, { allowPrivate: true })).toContain('larger than 1000 bytes');
    const endless = await listening((_req, res) => void res.write('x'));
    expect(await problem(endless.url, { allowPrivate: true, timeoutMs: 50 })).toContain('no whole answer within 50 ms');
    const silent = await listening(() => {});
    expect(await problem(silent.url, { allowPrivate: true, timeoutMs: 50 })).toContain('no whole answer within 50 ms');
    const leaving = AbortSignal.timeout(30);
    expect(await problem(silent.url, { allowPrivate: true, signal: leaving })).toMatch(/abort|timeout/i);
  });
});
