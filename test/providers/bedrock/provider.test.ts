import { describe, expect, it } from 'vitest';
import { GatewayConfigError } from '../../../core/src/errors.ts';
import { requestPath } from '../../../core/src/providers/provider-path.ts';
import { bedrock, bedrockAnthropic } from '../../../providers/bedrock/src/provider.ts';
import { type ProviderRegistration, providerCases } from '../../contract/src/index.ts';
import { addresses, credentials } from '../../core/providers/sent.ts';
import { chunkEvent, converseEvent } from './event-stream-writer.ts';

const region = 'eu-central-1';
const aws = { accessKeyId: 'AKIA-kit-4f1c9a', secretAccessKey: 'kit-secret-77be02', sessionToken: 'kit-session-a1b2c3' };
const host = 'https://bedrock-runtime.eu-central-1.amazonaws.com';

function problems(make: () => unknown): string[] {
  try {
    make();
  } catch (error) {
    if (!(error instanceof GatewayConfigError)) throw error;
    return error.problems.map(({ path, expected, received }) => `${path}: expected ${expected}, received ${received}`);
  }
  throw new Error('it was accepted');
}

describe.each([
  ['bedrock()', bedrock],
  ['bedrockAnthropic()', bedrockAnthropic],
])('%s', (_name, make) => {
  it.each([
    [undefined, '(the whole value): expected an object of options, received nothing'],
    [{ apiKey: 'k' }, 'region: expected an AWS region such as eu-central-1, received nothing'],
    [{ region: 'evil.example/x', apiKey: 'k' }, 'region: expected an AWS region such as eu-central-1, received "evil.example/x"'],
    [
      { region, apiKey: 'k', baseUrl: 'ftp://x' },
      'baseUrl: expected an http(s) URL such as https://api.example.com/v1, received something else',
    ],
    [{ region, apiKey: 'k', name: 'A B' }, 'name: expected lower-case letters, digits, dots, dashes (64 at most), received "A B"'],
  ])('refuses %j', (options, problem) => {
    expect(problems(() => make(options as never))).toEqual([problem]);
  });

  it('says what was probably meant', () => {
    expect(problems(() => make({ region, apikey: 'k', apiKey: 'k' } as never)).join()).toMatch(/apikey.*apiKey/);
  });

  it('is named for itself or as the operator likes, and may be elsewhere', () => {
    expect(make({ region, apiKey: 'k' }).name).toBe(make === bedrock ? 'bedrock' : 'bedrock-anthropic');
    expect(make({ region, apiKey: 'k', name: 'aws-eu' }).name).toBe('aws-eu');
    expect(make({ region, apiKey: 'k', baseUrl: 'https://vpce-1.example/base' }).origin).toBe('https://vpce-1.example');
    expect(make({ region: 'cn-north-1', apiKey: 'k' }).origin).toBe('https://bedrock-runtime.cn-north-1.amazonaws.com.cn');
    expect(make({ region: 'us-gov-west-1', apiKey: 'k' }).origin).toBe('https://bedrock-runtime.us-gov-west-1.amazonaws.com');
    expect(make({ region, apiKey: 'k', models: ['m'] }).models).toEqual(['m']);
  });

  it('shows an API key as a bearer token, several in turn', async () => {
    expect(await credentials(make({ region, apiKey: ['a', 'b'] }))).toEqual({
      'key-1': [['authorization', 'Bearer a']],
      'key-2': [['authorization', 'Bearer b']],
    });
  });

  it('signs with AWS credentials', async () => {
    const { credentials: pairs = [] } = await credentials(make({ region, credentials: aws }));
    expect(pairs.map(([name]) => name)).toEqual(['x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token', 'authorization']);
  });
});

describe('where calls go', () => {
  it('is the path of the model as the AWS SDK writes it, its colon encoded', () => {
    const model = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0';
    expect(addresses(bedrock({ region, apiKey: 'k' }), 'bedrock-converse', model)).toEqual({
      whole: `${host}/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse`,
      stream: `${host}/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream`,
    });
    expect(addresses(bedrockAnthropic({ region, apiKey: 'k' }), 'anthropic-messages', model)).toEqual({
      whole: `${host}/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/invoke`,
      stream: `${host}/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/invoke-with-response-stream`,
    });
  });

  it('is one format each, so that a target says which', () => {
    expect(Object.keys(bedrock({ region, apiKey: 'k' }).paths)).toEqual(['bedrock-converse']);
    expect(Object.keys(bedrockAnthropic({ region, apiKey: 'k' }).paths)).toEqual(['anthropic-messages']);
  });

  it('cannot be left by a model', () => {
    const path = bedrock({ region, apiKey: 'k' }).paths['bedrock-converse'];
    for (const model of ['..', '.']) expect(() => requestPath(path ?? '', model, false)).toThrow(/model/);
    const arn = 'arn:aws:bedrock:eu-west-1:123:application-inference-profile/../x';
    expect(requestPath(path ?? '', arn, false).split('/')).toHaveLength(4); // all of it is one segment
  });
});

const converseSample = {
  dialect: 'bedrock-converse',
  bytes: Buffer.concat([converseEvent('messageStart', { role: 'assistant' }), converseEvent('messageStop', { stopReason: 'end_turn' })]),
  events:
    'event: messageStart\ndata: {"role":"assistant","p":"abcdefgh"}\n\n' +
    'event: messageStop\ndata: {"stopReason":"end_turn","p":"abcdefgh"}\n\n',
};
const anthropicSample = {
  dialect: 'anthropic-messages',
  bytes: Buffer.concat([chunkEvent({ type: 'ping' }), chunkEvent({ type: 'message_stop' })]),
  events: 'event: ping\ndata: {"type":"ping"}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n',
};

const model = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0';
const signed = { secrets: Object.values(aws), model };
const token = { secrets: ['kit-secret-key-9d8e'], model };

const registrations: Readonly<Record<string, ProviderRegistration>> = {
  'Converse, signed': { ...signed, provider: () => bedrock({ region, credentials: aws }), stream: converseSample },
  'Converse, API key': { ...token, provider: () => bedrock({ region, apiKey: 'kit-secret-key-9d8e' }), stream: converseSample },
  'Anthropic, signed': { ...signed, provider: () => bedrockAnthropic({ region, credentials: aws }), stream: anthropicSample },
  'Anthropic, API key': { ...token, provider: () => bedrockAnthropic({ region, apiKey: 'kit-secret-key-9d8e' }), stream: anthropicSample },
};

describe.each(Object.entries(registrations))('the contract of a provider, kept by %s', (_name, registration) => {
  // What a secret signs is not what it is: Bedrock never sees the secret itself, and could not repeat it in an error.
  const cases = providerCases(registration).filter(({ check }) => check !== 'scrub' || registration.secrets.length === 1);
  for (const { name, run } of cases) it(name, run, 20_000);
});
