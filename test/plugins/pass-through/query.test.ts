import { describe, expect, it } from 'vitest';
import { withoutCredentials } from '../../../plugins/pass-through/src/query.ts';

describe('withoutCredentials', () => {
  it.each([
    ['', ''],
    ['a=b', 'a=b'],
    ['a=b&key=1&c=d', 'a=b&c=d'],
    ['key', ''],
    ['key=1&key=2', ''],
    ['API_KEY=1', ''],
    ['access%5Ftoken=1', ''],
    ['%6b%65%79=1&x=key', 'x=key'],
    ['+key+=1', ''],
    ['monkey=1&keys=2', 'monkey=1&keys=2'],
    ['a=%20&b[]=1&c', 'a=%20&b[]=1&c'],
    ['%zz=1', '%zz=1'],
  ])('of %j leaves %j', (query, left) => {
    expect(withoutCredentials(query)).toBe(left);
  });
});
