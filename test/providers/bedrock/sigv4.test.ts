import { describe, expect, it } from 'vitest';
import { type SignedRequest, signatureProblem } from './sigv4.ts';

/** The examples of AWS's own test suite (`aws-sig-v4-test-suite`). */
const keys = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
  service: 'service',
};
const scope = 'AKIDEXAMPLE/20150830/us-east-1/service/aws4_request';

function example(method: string, signature: string, target = '/'): SignedRequest {
  return {
    method,
    target,
    headers: {
      host: 'example.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
    },
    body: Buffer.alloc(0),
  };
}

const getVanilla = '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31';
const postVanilla = '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b';

describe('the check of signatures that other tests rely on', () => {
  it('accepts what AWS says is right', () => {
    expect(signatureProblem(example('GET', getVanilla), keys)).toBeUndefined();
    expect(signatureProblem(example('POST', postVanilla), keys)).toBeUndefined();
  });

  it.each([
    ['another method', example('GET', postVanilla), 'the signature does not match'],
    ['another path', example('GET', getVanilla, '/a'), 'the signature does not match'],
    ['another body', { ...example('GET', getVanilla), body: Buffer.from('x') }, 'the signature does not match'],
    ['no signature', { ...example('GET', getVanilla), headers: {} }, 'no signature'],
  ])('refuses %s', (_what, request, problem) => {
    expect(signatureProblem(request, keys)).toBe(problem);
  });

  it('refuses the scope of another region', () => {
    expect(signatureProblem(example('GET', getVanilla), { ...keys, region: 'eu-west-1' })).toMatch(/the credential is AKID/);
  });
});
