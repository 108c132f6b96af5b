import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openai } from '../../../core/src/providers/openai/openai.ts';
import { credentialFor } from '../../../plugins/pass-through/src/credential.ts';

describe('credentialFor', () => {
  const provider = openai({ apiKey: ['sk-one', 'sk-two', 'sk-three'] });

  it('is one of the provider’s, and a caller’s is always the same', () => {
    fc.assert(
      fc.property(fc.string(), (caller) => {
        const credential = credentialFor(provider, caller);
        expect(provider.credentials).toContain(credential);
        expect(credentialFor(provider, caller)).toBe(credential);
      }),
    );
  });

  it('spreads callers over all of them', () => {
    const counts = new Map<string, number>();
    for (let caller = 0; caller < 300; caller += 1) {
      const { name } = credentialFor(provider, `user-${caller}`);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    expect([...counts.values()].every((count) => count > 50)).toBe(true);
  });
});
