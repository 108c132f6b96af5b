import { describe, expect, it } from 'vitest';
import { GatewayConfigError } from '../../../core/src/errors.ts';
import { checkedHeaders, headersOf } from '../../../core/src/providers/provider-headers.ts';

describe('headersOf', () => {
  it('has names in lower case and values that do not print', () => {
    const [header] = headersOf('the provider "acme"', 'headers', { 'X-Key': 'sk-secret-1' });
    expect([header?.name, header?.value.reveal()]).toEqual(['x-key', 'sk-secret-1']);
    expect(JSON.stringify(header)).not.toContain('sk-secret-1');
  });

  it.each(['host', 'Content-Length', 'transfer-encoding', 'user-agent', 'x y', 'x:y', ''])('refuses the name %j', (name) => {
    expect(() => headersOf('it', 'headers', { [name]: '1' })).toThrow(GatewayConfigError);
  });

  it.each(['a\nb', 'a\r\nx: y', 'ü', 'a\u0000', '\u2028'])('refuses the value %j, which could write headers of its own', (value) => {
    expect(() => headersOf('it', 'headers', { 'x-key': value })).toThrow('printable ASCII');
  });
});

describe('checkedHeaders', () => {
  it('takes what a credential made for one request, names in lower case', () => {
    expect(checkedHeaders([['Authorization', 'Bearer x']])).toEqual([['authorization', 'Bearer x']]);
  });

  it('throws for what the gateway writes itself, and for what would be two headers', () => {
    expect(() => checkedHeaders([['Host', 'evil']])).toThrow('the gateway writes host itself');
    expect(() => checkedHeaders([['authorization', 'Bearer x\r\nhost: evil']])).toThrow('printable ASCII');
  });
});
