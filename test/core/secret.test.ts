import { format, inspect } from 'node:util';
import { serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../core/src/secret.ts';

const canary = 'sk-canary-7f3a9b';

/** Every way we know to turn a value into text, by name. */
const prints: Readonly<Record<string, (secret: Secret) => string>> = {
  'a template': (secret) => `${secret}`,
  'a sum of texts': (secret) => `Bearer ${String(secret)}`,
  'String()': (secret) => String(secret),
  'toLocaleString()': (secret) => secret.toLocaleString(),
  JSON: (secret) => JSON.stringify(secret),
  'JSON, nested': (secret) => JSON.stringify({ headers: [{ name: 'authorization', value: secret }] }),
  inspect: (secret) => inspect(secret),
  'inspect, nested': (secret) => inspect({ deep: { list: [secret] } }),
  'inspect with hidden members': (secret) => inspect(secret, { showHidden: true, depth: null }),
  'inspect with getters': (secret) => inspect(secret, { getters: true, showProxy: true }),
  'inspect without its own printer': (secret) => inspect(secret, { customInspect: false, showHidden: true, depth: null }),
  'format %s': (secret) => format('%s', secret),
  'format %o': (secret) => format('%o', secret),
  'format %O': (secret) => format('%O', secret),
  'format %j': (secret) => format('%j', secret),
  'an error message': (secret) => new Error(`cannot use ${secret}`).message,
  'its keys and values': (secret) => `${Object.entries(secret)}${Reflect.ownKeys(secret).map(String)}`,
  'a spread': (secret) => JSON.stringify({ ...secret }),
  'a structured clone': (secret) => inspect(structuredClone(secret)),
  serialize: (secret) => serialize(secret).toString('latin1'),
  'an encoded URL': (secret) => encodeURIComponent(String(secret)),
};

describe('Secret', () => {
  it('gives its value to who asks for it by name', () => {
    expect(new Secret(canary).reveal()).toBe(canary);
  });

  it.each(Object.keys(prints))('does not print by %s', (how) => {
    expect(prints[how]?.(new Secret(canary))).not.toContain(canary);
  });

  it.each(['a template', 'JSON', 'inspect', 'format %s', 'format %j'])('says by %s that something was left out', (how) => {
    expect(prints[how]?.(new Secret(canary))).toContain('[redacted]');
  });

  it('prints alike whatever the value is: not even its length is told', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (value) => {
        for (const print of Object.values(prints)) expect(print(new Secret(value))).toBe(print(new Secret(canary)));
      }),
      { numRuns: 30 },
    );
  });
});
