import { describe, expect, it } from 'vitest';
import { defineProvider } from '../../../core/src/providers/define-provider.ts';
import { CredentialPools } from '../../../core/src/upstream/credential-pools.ts';
import { manualClock } from '../harness/manual-clock.ts';

const provider = (name: string, ...keys: string[]) =>
  defineProvider({ name, baseUrl: 'http://127.0.0.1:9', paths: {}, credentials: keys.map((key) => ({ headers: { authorization: key } })) });

describe('CredentialPools', () => {
  it('has a pool for each provider, of its own credentials', () => {
    const [one, two] = [provider('one', 'a', 'b'), provider('two', 'c')];
    const pools = new CredentialPools([one, two], manualClock());
    expect(pools.of(one).size).toBe(2);
    expect(pools.of(two).pick()).toBe(two.credentials[0]);
    expect(pools.of(one)).toBe(pools.of(one));
  });

  it('shares nothing with another gateway that has the same provider', () => {
    const one = provider('one', 'a', 'b');
    const clock = manualClock();
    const [mine, theirs] = [new CredentialPools([one], clock), new CredentialPools([one], clock)];
    mine.of(one).rest(one.credentials[0]!, 1_000);
    expect(mine.of(one).pick()).toBe(one.credentials[1]);
    expect(theirs.of(one).pick()).toBe(one.credentials[0]);
  });

  it('knows no provider of somebody else', () => {
    expect(() => new CredentialPools([], manualClock()).of(provider('strange', 'a'))).toThrow(/strange is none of this gateway's/);
  });
});
