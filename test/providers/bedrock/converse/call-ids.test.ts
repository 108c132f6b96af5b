import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelCallId } from '../../../../providers/bedrock/src/converse/call-ids.ts';
import { bedrockModel } from '../../../../providers/bedrock/src/converse/models.ts';
import { sonnet } from './encoding.ts';

const mistral = bedrockModel('mistral.mistral-large-2407-v1:0');

describe('an id of a call', () => {
  it('stays as it is', () => {
    expect(modelCallId('tooluse_bpe71yCfRu2b5i-nKGDr5g', bedrockModel(sonnet))).toBe('tooluse_bpe71yCfRu2b5i-nKGDr5g');
    expect(modelCallId('aB3dE6gH9', mistral)).toBe('aB3dE6gH9');
  });

  it('has nine letters and digits for Mistral, the same for the same id', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w-]{1,64}$/), (id) => {
        expect(modelCallId(id, mistral)).toMatch(/^[A-Za-z0-9]{9}$/);
        expect(modelCallId(id, mistral)).toBe(modelCallId(id, mistral));
      }),
    );
    expect(modelCallId('tooluse_1', mistral)).not.toBe(modelCallId('tooluse_2', mistral));
  });
});
