import { describe, expect, it } from 'vitest';
import { openaiModels } from '../../../../core/src/dialects/openai-models/openai-models.ts';
import type { OfferedModel } from '../../../../core/src/model/offered.ts';

const modelsBody = (offered: readonly OfferedModel[], id: string | undefined): string => openaiModels.modelsBody(offered, id, '');

const offered: readonly OfferedModel[] = [
  { id: 'chat', ownedBy: 'gateway' },
  { id: 'openai/gpt-5-mini', ownedBy: 'openai' },
];

describe('openaiModels', () => {
  it('answers to its paths; a model’s name may hold a slash', () => {
    expect(openaiModels.routes).toEqual([
      { method: 'GET', path: '/v1/models' },
      { method: 'GET', path: '/v1/models/*' },
    ]);
  });
});

describe('modelsBody', () => {
  it('lists what the gateway offers, in the form the SDK reads', () => {
    expect(JSON.parse(modelsBody(offered, undefined))).toEqual({
      object: 'list',
      data: [
        { id: 'chat', object: 'model', created: 0, owned_by: 'gateway' },
        { id: 'openai/gpt-5-mini', object: 'model', created: 0, owned_by: 'openai' },
      ],
    });
  });

  it('an empty list is a list', () => {
    expect(JSON.parse(modelsBody([], undefined))).toEqual({ object: 'list', data: [] });
  });

  it('tells of one model', () => {
    expect(JSON.parse(modelsBody(offered, 'openai/gpt-5-mini'))).toEqual({
      id: 'openai/gpt-5-mini',
      object: 'model',
      created: 0,
      owned_by: 'openai',
    });
  });

  it.each(['Chat', 'chat ', 'gpt-5-mini', '', '__proto__', 'constructor', '*'])('knows no model %j', (id) => {
    expect(() => modelsBody(offered, id)).toThrow(expect.objectContaining({ code: 'GW_UNKNOWN_MODEL' }));
  });
});
