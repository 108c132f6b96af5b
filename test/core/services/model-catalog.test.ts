import { describe, expect, it } from 'vitest';
import { emptyModelCatalog } from '../../../core/src/services/model-catalog.ts';

describe('emptyModelCatalog', () => {
  it('knows no model: nothing may be assumed of one, neither that it can nor that it cannot', () => {
    const catalog = emptyModelCatalog();
    expect(catalog.facts({ id: 'openai/gpt-5-mini', provider: 'openai', model: 'gpt-5-mini' })).toBeUndefined();
  });
});
