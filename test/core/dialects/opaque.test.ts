import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isForeignOpaque, readOpaque, writeOpaque } from '../../../core/src/dialects/opaque.ts';

const google = { dialect: 'google-generate-content', value: 'c2ln' };

describe('an opaque value', () => {
  it('its own dialect gets as it is, to the byte', () => {
    expect(writeOpaque(google, 'google-generate-content')).toBe('c2ln');
    expect(readOpaque('c2ln', 'google-generate-content')).toEqual(google);
  });

  it('another holds with the mark of whose it is', () => {
    const held = writeOpaque(google, 'anthropic-messages');
    expect(held).not.toBe('c2ln');
    expect(readOpaque(held, 'anthropic-messages')).toEqual(google);
  });

  it('a mark that a client cut is no mark', () => {
    for (const text of ['gw1:', 'gw1:google', 'gw1', 'gw2:google:c2ln'])
      expect(readOpaque(text, 'anthropic-messages')).toEqual({ dialect: 'anthropic-messages', value: text });
  });

  it('comes back unchanged through any format, whatever it holds', () => {
    const dialect = fc.constantFrom('openai-chat', 'openai-responses', 'anthropic-messages', 'google-generate-content');
    fc.assert(
      fc.property(dialect, dialect, fc.string({ unit: 'binary' }), (owner, holder, value) => {
        fc.pre(owner !== holder || !value.startsWith('gw1:'));
        expect(readOpaque(writeOpaque({ dialect: owner, value }, holder), holder)).toEqual({ dialect: owner, value });
      }),
      {
        examples: [
          ['openai-chat', 'anthropic-messages', 'a:b:c'],
          ['openai-chat', 'anthropic-messages', 'gw1:x:y'],
          ['openai-chat', 'openai-responses', ''],
        ],
      },
    );
  });

  it('knows another format’s by its mark', () => {
    expect(isForeignOpaque(writeOpaque({ dialect: 'one', value: 'v' }, 'two'))).toBe(true);
    for (const own of [writeOpaque({ dialect: 'one', value: 'v' }, 'one'), '', undefined, null, 5])
      expect(isForeignOpaque(own)).toBe(false);
  });
});
