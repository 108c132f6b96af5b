import { describe, expect, it } from 'vitest';
import type { CallDialect } from '../../../core/src/dialects/dialect.ts';
import { googleGenerateContent } from '../../../core/src/dialects/google-generate-content/google-generate-content.ts';
import { openaiChat } from '../../../core/src/dialects/openai-chat/openai-chat.ts';
import { defineProvider } from '../../../core/src/providers/define-provider.ts';
import { openai } from '../../../core/src/providers/openai/openai.ts';
import type { Provider } from '../../../core/src/providers/provider.ts';
import type { UpstreamHeaders } from '../../../core/src/upstream/transport.ts';
import { refusal, scrub } from '../../../core/src/upstream/upstream-errors.ts';
import { Canaries } from '../../kit/canaries.ts';

const key = 'sk-operators-own-0123456789';
const provider = openai({ apiKey: key, baseUrl: 'https://llm.corp.example:8443/v1', organization: 'org-OperatorsOwn1' });

function refused(
  status: number,
  body: unknown = {},
  headers: UpstreamHeaders = {},
  by: Provider = provider,
  dialect: CallDialect = openaiChat,
  translated = false,
) {
  const target = { target: { id: 'up/m', provider: 'up', model: 'm' }, provider: by, dialect };
  return refusal(status, headers, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), target, { translated });
}

describe('refusal', () => {
  it.each([
    [401, 502, 'GW_UPSTREAM_AUTH'],
    [403, 502, 'GW_UPSTREAM_AUTH'],
    [429, 429, 'GW_UPSTREAM_RATE_LIMITED'],
    [500, 502, 'GW_UPSTREAM_ERROR'],
    [502, 502, 'GW_UPSTREAM_ERROR'],
    [503, 502, 'GW_UPSTREAM_ERROR'],
    [504, 502, 'GW_UPSTREAM_ERROR'],
    [529, 502, 'GW_UPSTREAM_ERROR'],
    [599, 502, 'GW_UPSTREAM_ERROR'],
    [402, 502, 'GW_UPSTREAM_AUTH'],
    [405, 400, 'GW_UPSTREAM_REFUSED'],
    [408, 502, 'GW_UPSTREAM_ERROR'],
    [409, 400, 'GW_UPSTREAM_REFUSED'],
    [418, 400, 'GW_UPSTREAM_REFUSED'],
    [451, 400, 'GW_UPSTREAM_REFUSED'],
  ])('answers %i with %i %s, whatever the upstream says about it', (status, told, code) => {
    const error = refused(status, { error: { message: `Upstream words about ${key}`, code: 'upstream_code', param: 'upstream_param' } });
    expect(error).toMatchObject({ status: told, code, param: undefined });
    expect(JSON.stringify([error.message, error.headers])).not.toMatch(/upstream_|words|operators/);
  });

  it.each([400, 404, 413, 422])('passes on what an upstream says about a request with %i: agents react to its words', (status) => {
    const error = refused(status, { error: { message: 'max_tokens is too large: 9999', code: 'too_large', param: 'max_tokens' } });
    expect(error).toMatchObject({
      status,
      code: 'too_large',
      message: 'max_tokens is too large: 9999',
      param: 'max_tokens',
      retryable: false,
    });
    expect(error.type).toBe(status === 404 ? 'not_found' : 'invalid_request');
  });

  it('takes a wrong key for one, and reads the wait, where only the body tells', () => {
    const details = [{ reason: 'API_KEY_INVALID' }];
    const wrong = { error: { code: 400, message: 'API key not valid.', details } };
    expect(refused(400, wrong, {}, provider, googleGenerateContent)).toMatchObject({ code: 'GW_UPSTREAM_AUTH', status: 502 });
    const wait = { error: { code: 429, message: 'x', details: [{ retryDelay: '3s' }] } };
    expect(refused(429, wait, {}, provider, googleGenerateContent).headers).toMatchObject({ 'retry-after': '3', 'retry-after-ms': '3000' });
    expect(refused(429, wait, { 'retry-after': '1' }, provider, googleGenerateContent).headers).toMatchObject({ 'retry-after': '1' });
    expect(refused(429, { error: { code: 'insufficient_quota' } })).toMatchObject({ code: 'GW_UPSTREAM_AUTH' });
  });

  it('keeps the status, but not the words, of a refusal of what the client never wrote', () => {
    const error = refused(400, { error: { message: 'budget_tokens is too small', code: 'x' } }, {}, provider, openaiChat, true);
    expect(error).toMatchObject({ status: 400, code: 'GW_UPSTREAM_REFUSED', type: 'invalid_request' });
    expect(error.message).not.toContain('budget_tokens');
    expect(refused(404, {}, {}, provider, openaiChat, true)).toMatchObject({ status: 404, type: 'not_found' });
  });

  it('reads the words of servers that do not wrap them in an error object', () => {
    expect(refused(422, { object: 'error', message: 'no such tool', code: 'x-1' })).toMatchObject({ message: 'no such tool', code: 'x-1' });
  });

  it.each([
    ['no body', ''],
    ['HTML', '<html>Bad Request</html>'],
    ['JSON cut short', '{"error":{"message":"cut'],
    ['an array', '[{"message":"words"}]'],
    ['a text', '"words"'],
    ['no message', '{"error":{"code":"x"}}'],
    ['a message that is no text', '{"error":{"message":{"words":1}}}'],
    ['an error that is a text', '{"error":"words"}'],
    ['compressed bytes', '\x1f\x8b\x08\x00words'],
  ])('says only that it was refused when the upstream sends %s', (_what, body) => {
    const error = refused(400, body);
    expect(error).toMatchObject({ status: 400, code: 'GW_UPSTREAM_REFUSED' });
    expect(error.message).toContain('status 400');
    expect(error.message).not.toContain('words');
  });

  it.each([
    ['a number', 1234],
    ['a text with spaces', 'two words'],
    ['too long a text', 'x'.repeat(101)],
    ['null', null],
    ['a key', key],
    ['an organisation', 'org-0123456789abcdef'],
  ])('gives a code of its own for %s in place of one', (_what, code) => {
    expect(refused(400, { error: { message: 'no', code } }).code).toBe('GW_UPSTREAM_REFUSED');
  });

  it('keeps an endless message short', () => {
    expect(refused(400, { error: { message: 'long '.repeat(10_000), param: 'p'.repeat(10_000) } })).toMatchObject({
      message: expect.stringMatching(/^.{4000}$/),
      param: 'p'.repeat(200),
    });
  });

  it('tells nobody to retry a credential of the gateway that was refused', () => {
    expect(refused(401).headers).toEqual({ 'x-should-retry': 'false' });
  });
});

describe('refusal and the time to wait', () => {
  const inMs = (ms: number) => new Date(Date.now() + ms).toUTCString();

  it.each<[string, UpstreamHeaders, object]>([
    ['seconds', { 'retry-after': '7' }, { 'retry-after': '7', 'retry-after-ms': '7000' }],
    ['a fraction of a second', { 'retry-after': '0.25' }, { 'retry-after': '1', 'retry-after-ms': '250' }],
    [
      'milliseconds, which are more exact',
      { 'retry-after': '9', 'retry-after-ms': '1500' },
      { 'retry-after': '2', 'retry-after-ms': '1500' },
    ],
    ['zero', { 'retry-after': '0' }, { 'retry-after': '1', 'retry-after-ms': '1' }],
    ['ages', { 'retry-after': '1e9' }, { 'retry-after': '60', 'retry-after-ms': '60000' }],
    ['ages in milliseconds', { 'retry-after-ms': '1e12' }, { 'retry-after': '60', 'retry-after-ms': '60000' }],
    ['a date in the past', { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, { 'retry-after': '1', 'retry-after-ms': '1' }],
    ['a date far ahead', { 'retry-after': inMs(86_400_000) }, { 'retry-after': '60', 'retry-after-ms': '60000' }],
  ])('passes on %s', (_what, headers, told) => {
    expect(refused(429, {}, headers).headers).toEqual(told);
    expect(refused(503, {}, headers).headers).toEqual(told);
  });

  it('turns a date into the time until then', () => {
    const { headers } = refused(429, {}, { 'retry-after': inMs(20_000) });
    expect(Number(headers['retry-after-ms'])).toBeGreaterThan(15_000);
    expect(Number(headers['retry-after-ms'])).toBeLessThanOrEqual(20_000);
    expect(Number(headers['retry-after'])).toBe(Math.ceil(Number(headers['retry-after-ms']) / 1000));
  });

  it.each<[string, UpstreamHeaders]>([
    ['nothing', {}],
    ['a negative time', { 'retry-after': '-5' }],
    ['negative milliseconds', { 'retry-after-ms': '-5' }],
    ['words', { 'retry-after': 'soon' }],
    ['an empty text', { 'retry-after': '' }],
    ['empty milliseconds', { 'retry-after-ms': '' }],
    ['blanks', { 'retry-after': '  ' }],
    ['eternity', { 'retry-after': 'Infinity', 'retry-after-ms': 'Infinity' }],
    ['no number', { 'retry-after': 'NaN' }],
    ['two times', { 'retry-after': ['1', '2'] }],
  ])('names no time when the upstream sends %s', (_what, headers) => {
    expect(refused(429, {}, headers).headers).toEqual({});
  });

  it('falls back on seconds when the milliseconds are unusable', () => {
    for (const ms of ['', '-1', 'x'])
      expect(refused(429, {}, { 'retry-after-ms': ms, 'retry-after': '3' }).headers['retry-after']).toBe('3');
  });

  it.each([400, 401, 404])('says nothing of waiting with %i', (status) => {
    expect(refused(status, { error: { message: 'no' } }, { 'retry-after': '7' }).headers).not.toHaveProperty('retry-after');
  });
});

describe('scrub', () => {
  it("removes the operator's credentials by value, wherever they stand", () => {
    const canaries = new Canaries();
    const secret = canaries.plant('apiKey', '');
    const token = canaries.plant('header', '');
    const own = defineProvider({
      name: 'own',
      baseUrl: 'https://llm.corp.example/v1',
      paths: {},
      headers: { authorization: `Bearer ${secret}`, 'x-api-token': token },
    });
    const said = `Key ${secret} (again "${secret}") with token=${token}, sent as Bearer ${secret}.`;
    expect(canaries.foundIn(scrub(said, own))).toEqual([]);
    for (const padding of [3_990, 3_999, 4_000]) {
      const { message } = refused(
        400,
        { error: { message: `${' '.repeat(padding - 10)}${secret}`, param: `${' '.repeat(190)}${secret}` } },
        {},
        own,
      );
      expect(message, `a key across the end, at ${padding}`).not.toContain(secret.slice(0, 8));
    }
    expect(refused(400, { error: { message: 'no', param: `${' '.repeat(190)}${secret}` } }, {}, own).param).not.toContain(
      secret.slice(0, 8),
    );
  });

  it.each([
    'sk-proj-AbCdEf0123456789',
    'sk-ant-api03-AbCdEf_0123-456789',
    'sk-abcd****************wxyz',
    'pk-AbCdEf0123456789',
    'gsk_AbCdEf0123456789',
    'xai-AbCdEf0123456789',
    `AIzaSyA0123456789abcdefghijklmnopqrstuvw`,
    'org-AbCdEf0123456789AbCdEf01',
    'proj_AbCdEf0123456789',
    'user-AbCdEf0123456789',
    'gw_AbCdEf0123456789',
    'Bearer abc.def.ghi-123456',
    'https://internal.corp.example:9000/v1/chat?key=1',
    'http://10.0.0.7/v1',
    '10.0.0.7:9000',
    'llm.corp.example:8443',
    'llm.corp.example',
    'LLM.corp.example',
  ])('removes %s by its shape', (secret) => {
    const clean = scrub(`About "${secret}" no.`, provider);
    expect(clean).toMatch(/^About ("\[removed\]"|"\[removed\]) no\.$/);
  });

  it.each([
    'max_tokens is too large: 9999. This model supports at most 4096 completion tokens.',
    "Invalid value: 'developer'. Supported values are: 'system', 'assistant', 'user', 'function', and 'tool'.",
    "Unknown parameter: 'user_location'.",
    "Missing required parameter: 'messages[0].content[1].image_url'.",
    "Unsupported parameter: 'user_metadata' with key_features in project-wide settings.",
    'This model maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.',
  ])('leaves ordinary words alone: %s', (words) => {
    expect(scrub(words, provider)).toBe(words);
  });

  it('takes time in proportion to the text', () => {
    for (const piece of ['https://', 'Bearer ', 'sk-', 'a-', 'org-org-', ' ', 'Bearer\t ']) {
      const text = piece.repeat(64 * 1024);
      const before = performance.now();
      scrub(text, provider);
      expect(performance.now() - before, piece).toBeLessThan(1_000);
    }
  });
});
