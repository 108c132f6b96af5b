import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../core/src/errors.ts';
import { presentedCredential } from '../../core/src/presented-credential.ts';

describe('presentedCredential', () => {
  it.each([
    [{ authorization: 'Bearer gw_1' }],
    [{ authorization: 'bearer gw_1' }],
    [{ authorization: 'BEARER   gw_1  ' }],
    [{ 'x-api-key': 'gw_1' }],
    [{ 'x-goog-api-key': 'gw_1' }],
    [{ 'api-key': 'gw_1' }],
    [{ authorization: 'Bearer gw_1', 'x-api-key': 'gw_1' }],
    [{ authorization: 'Basic abc', 'x-api-key': 'gw_1' }],
    [{ authorization: 'Bearer ', 'api-key': 'gw_1' }],
  ])('is found wherever a library puts it: %o', (headers) => {
    expect(presentedCredential(headers)).toBe('gw_1');
  });

  it.each([
    [{}],
    [{ authorization: '' }],
    [{ authorization: 'Bearer' }],
    [{ authorization: 'Bearer ' }],
    [{ authorization: 'Bearergw_1' }],
    [{ authorization: 'Basic Z3c6MQ==' }],
    [{ authorization: 'gw_1' }],
    [{ 'x-api-key': '' }],
    [{ 'proxy-authorization': 'Bearer gw_1', cookie: 'gw_1', 'x-auth-token': 'gw_1' }],
  ])('is none in %o', (headers) => {
    expect(presentedCredential(headers)).toBeUndefined();
  });

  it.each([
    [{ authorization: 'Bearer gw_1', 'x-api-key': 'gw_2' }, 'authorization', 'x-api-key'],
    [{ 'x-api-key': 'gw_1', 'api-key': 'gw_2' }, 'x-api-key', 'api-key'],
    [{ 'x-goog-api-key': 'gw_1', authorization: 'Bearer gw_1 ', 'api-key': 'gw_1x' }, 'x-goog-api-key', 'api-key'],
  ])('HTTP-6: two that differ are a 400 that names where, and neither of them: %o', (headers, one, other) => {
    const ask = () => presentedCredential(headers);
    expect(ask).toThrow(GatewayError);
    expect(ask).toThrow(`"${one}" and "${other}"`);
    expect(ask).not.toThrow(/gw_/);
  });
});
