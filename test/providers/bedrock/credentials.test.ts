import { describe, expect, it } from 'vitest';
import { GatewayConfigError } from '../../../core/src/errors.ts';
import { type CredentialOptions, credentialSpecs } from '../../../providers/bedrock/src/credentials.ts';

const region = 'us-east-1';
const pair = { accessKeyId: 'AKIAONE', secretAccessKey: 'secret-one' };
const request = {
  method: 'POST',
  origin: 'https://bedrock-runtime.us-east-1.amazonaws.com',
  path: '/model/m/converse',
  headers: [],
  body: '{}',
};

function problem(options: object): string {
  try {
    credentialSpecs('bedrock', { region, ...options } as CredentialOptions);
  } catch (error) {
    if (!(error instanceof GatewayConfigError)) throw error;
    expect(`${error.message}${error.stack}`).not.toContain('secret-one');
    return error.problems.map(({ path, expected, received }) => `${path}: expected ${expected}, received ${received}`).join('\n');
  }
  throw new Error('it was accepted');
}

const wanted = 'AWS credentials { accessKeyId, secretAccessKey }, or a function that gives them';

describe('credentials of Bedrock', () => {
  it.each([
    ['neither', {}, `credentials: expected ${wanted}, received nothing`],
    ['both', { credentials: pair, apiKey: 'k' }, 'apiKey: expected nothing beside credentials, received both'],
    ['a text', { credentials: 'secret-one' }, `credentials: expected ${wanted}, received a value of type string`],
    [
      'an access key that is not set',
      { credentials: { ...pair, accessKeyId: undefined } },
      'credentials.accessKeyId: expected a text of printable ASCII (is it set?), received nothing',
    ],
    [
      'a secret with a line break',
      { credentials: { ...pair, secretAccessKey: 'secret-one\n' } },
      'credentials.secretAccessKey: expected a text of printable ASCII (is it set?), received a value of type string',
    ],
    [
      'a token of another type',
      { credentials: { ...pair, sessionToken: 7 } },
      'credentials.sessionToken: expected a text of printable ASCII (is it set?), received a value of type number',
    ],
    [
      'an API key that is not set',
      { apiKey: undefined },
      'apiKey: expected the API key (is the environment variable set?), received nothing',
    ],
  ])('are refused: %s', (_what, options, message) => {
    expect(problem(options)).toBe(message);
  });

  it('may be API keys, sent as bearer tokens', () => {
    expect(credentialSpecs('bedrock', { region, apiKey: ['a', 'b'] })).toEqual([
      { headers: { authorization: 'Bearer a' } },
      { headers: { authorization: 'Bearer b' } },
    ]);
  });

  it('sign what goes out', async () => {
    const [spec] = credentialSpecs('bedrock', { region, credentials: pair });
    const headers = Object.fromEntries((await spec?.authorize?.(request)) ?? []);
    expect(spec?.name).toBe('credentials');
    expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIAONE\/\d{8}\/us-east-1\/bedrock\/aws4_request, /);
    expect(JSON.stringify(spec)).not.toContain('secret-one');
  });

  it('are those of the moment they were given: a later change of the object counts for nothing', async () => {
    const mine = { ...pair };
    const [spec] = credentialSpecs('bedrock', { region, credentials: mine });
    mine.accessKeyId = 'AKIATWO';
    expect(Object.fromEntries((await spec?.authorize?.(request)) ?? []).authorization).toContain('AKIAONE');
  });

  it('are asked for with each request where a function gives them', async () => {
    let asked = 0;
    const credentials = async () => {
      asked += 1;
      return { ...pair, accessKeyId: `AKIA${asked}`, sessionToken: 't', expiration: new Date() };
    };
    const [spec] = credentialSpecs('bedrock', { region, credentials });
    for (const id of ['AKIA1', 'AKIA2']) {
      const headers = Object.fromEntries((await spec?.authorize?.(request)) ?? []);
      expect(headers.authorization).toContain(`Credential=${id}/`);
      expect(headers['x-amz-security-token']).toBe('t');
    }
  });

  it.each([
    ['nothing', undefined],
    ['a text', 'secret-one'],
    ['half of them', { accessKeyId: 'AKIAONE', secretAccessKey: '' }],
  ])('from a function that gives %s are an error that tells none of it', async (_what, given) => {
    const [spec] = credentialSpecs('bedrock', { region, credentials: () => given as never });
    const error = await Promise.resolve(spec?.authorize?.(request)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toMatch(/^TypeError: The function for credentials gave .+ as credentials.*, expected /);
    expect(String(error)).not.toContain('secret-one');
  });
});
