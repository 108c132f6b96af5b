import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestPath } from '../../../core/src/providers/provider-path.ts';
import { type AwsCredentials, requestSigner } from '../../../providers/bedrock/src/signature.ts';
import { signatureProblem } from './sigv4.ts';

const credentials: AwsCredentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalr/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const origin = 'https://bedrock-runtime.eu-central-1.amazonaws.com';
const signer = requestSigner('eu-central-1');

async function sign(path: string, body: Buffer | string, who = credentials, by = signer) {
  const pairs = await by.headers({ method: 'POST', origin, path, headers: [], body }, who);
  return Object.fromEntries(pairs);
}

function problem(path: string, body: Buffer | string, headers: Record<string, string>, more: object = {}): string | undefined {
  const request = { method: 'POST', target: path, headers: { host: new URL(origin).host, ...headers }, body: Buffer.from(body) };
  return signatureProblem(request, { ...credentials, region: 'eu-central-1', service: 'bedrock', ...more });
}

describe('a signature', () => {
  it.each([
    '/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse',
    '/model/zai.glm-4.7-flash/converse-stream',
    '/vpce/model/a%20b/invoke',
    "/model/it's(odd)*!/invoke",
    '/model/%24%26%2B%2C%3D/invoke',
    '/model/name@version~1/invoke',
  ])('is right for exactly the path that goes out: %s', async (path) => {
    expect(problem(path, '{}', await sign(path, '{}'))).toBeUndefined();
  });

  it('is not right for the path decoded, nor for another body', async () => {
    const path = '/model/x-v1%3A0/converse';
    const headers = await sign(path, '{"a":1}');
    expect(problem('/model/x-v1:0/converse', '{"a":1}', headers)).toBe('the signature does not match');
    expect(problem(path, '{"a":2}', headers)).toBe('the hash of the body is another');
  });

  it('covers the token of temporary credentials', async () => {
    const path = '/model/m/converse';
    const headers = await sign(path, '{}', { ...credentials, sessionToken: 'FwoGZXIvYXdzEXAMPLE==' });
    expect(headers['x-amz-security-token']).toBe('FwoGZXIvYXdzEXAMPLE==');
    expect(headers.authorization).toContain('x-amz-security-token');
    expect(problem(path, '{}', headers)).toBeUndefined();
    expect(problem(path, '{}', { ...headers, 'x-amz-security-token': 'another' })).toBe('the signature does not match');
  });

  it('is of this moment, and of the secret that is given', async () => {
    const headers = await sign('/model/m/converse', '{}');
    const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(headers['x-amz-date'] ?? '') ?? [];
    const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    expect(Math.abs(Date.now() - at)).toBeLessThan(5_000);
    expect(problem('/model/m/converse', '{}', headers, { secretAccessKey: 'other' })).toBe('the signature does not match');
  });

  it('stays right while secrets come and go', async () => {
    const by = requestSigner('eu-central-1');
    for (let turn = 0; turn < 40; turn += 1) {
      const secretAccessKey = `secret-${turn % 20}`;
      const headers = await sign('/model/m/converse', '{}', { accessKeyId: 'AKIDEXAMPLE', secretAccessKey }, by);
      expect(problem('/model/m/converse', '{}', headers, { secretAccessKey })).toBeUndefined();
    }
  });

  it('is right for any model and any body, as text and as bytes', async () => {
    const models = fc.stringMatching(/^[ -.0-~]{1,40}$/).filter((name) => name !== '.' && name !== '..' && name.trim() !== '');
    await fc.assert(
      fc.asyncProperty(models, fc.string({ unit: 'binary' }), async (model, body) => {
        const path = requestPath('/model/{model}/converse', model, false);
        fc.pre(new URL(path, origin).pathname === path);
        expect(problem(path, body, await sign(path, body))).toBeUndefined();
        expect(problem(path, body, await sign(path, Buffer.from(body)))).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });
});
