import { describe, expect, it } from 'vitest';
import { providerRefusal } from '../../../core/src/handoff/refused.ts';
import { anthropic } from '../../../core/src/providers/anthropic/anthropic.ts';
import { defineProvider } from '../../../core/src/providers/define-provider.ts';
import { openai } from '../../../core/src/providers/openai/openai.ts';

const provider = openai({ apiKey: 'sk-operators-own' });

function words(message: string): Buffer {
  return Buffer.from(JSON.stringify({ error: { message, code: 'bad_voice', param: 'voice' } }));
}

describe('providerRefusal', () => {
  it('has the provider’s words where they are about the request, without what is the operator’s', () => {
    const shown = ['Bearer made-for-the-hour'];
    const error = providerRefusal({ status: 400, headers: {}, words: words('no sk-operators-own, no made-for-the-hour'), provider, shown });
    expect(error).toMatchObject({ status: 400, code: 'bad_voice', param: 'voice', message: 'no [removed], no [removed]' });
  });

  it.each([
    [401, 502, 'GW_UPSTREAM_AUTH'],
    [429, 429, 'GW_UPSTREAM_RATE_LIMITED'],
    [500, 502, 'GW_UPSTREAM_ERROR'],
    [409, 400, 'GW_UPSTREAM_REFUSED'],
  ])('of %i is %i %s in ours', (status, told, code) => {
    const error = providerRefusal({ status, headers: { 'retry-after': '2' }, words: words('canary'), provider, shown: [] });
    expect(error).toMatchObject({ status: told, code });
    expect(error.message).not.toContain('canary');
  });

  it('reads words in the provider’s own format, and without any', () => {
    const other = anthropic({ apiKey: 'sk-x' });
    const said = Buffer.from('{"type":"error","error":{"type":"invalid_request_error","message":"file too odd"}}');
    expect(providerRefusal({ status: 400, headers: {}, words: said, provider: other, shown: [] }).message).toBe('file too odd');
    const none = defineProvider({ name: 'none', baseUrl: 'http://x', paths: {} });
    expect(providerRefusal({ status: 404, headers: {}, words: Buffer.alloc(0), provider: none, shown: [] })).toMatchObject({
      code: 'GW_UPSTREAM_REFUSED',
    });
  });
});
