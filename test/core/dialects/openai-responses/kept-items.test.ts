import { describe, expect, it } from 'vitest';
import { itemReferences, referableItems, streamedAnswer } from '../../../../core/src/dialects/openai-responses/kept-items.ts';

const own = 'msg_0123456789abcdef0123456789abcdef_0';

describe('itemReferences', () => {
  it('are those to items that the gateway made; the provider’s own are the provider’s', () => {
    const input = [
      { type: 'item_reference', id: own },
      { type: 'item_reference', id: 'msg_68af4030baa48193b0b43b4c2a176a1a0e6967589f080e78' },
      { type: 'message', id: own, role: 'assistant', content: 'x' },
      { type: 'item_reference', id: own.replace('msg', 'fc') },
      { type: 'item_reference', id: 5 },
      { id: own },
      null,
    ];
    expect(itemReferences({ input } as never)).toEqual([
      { path: ['input', 0], id: own },
      { path: ['input', 3], id: own.replace('msg', 'fc') },
    ]);
  });

  it.each([{}, { input: 'x' }, { input: null }, { input: {} }])('%j: none', (body) => {
    expect(itemReferences(body as never)).toEqual([]);
  });
});

describe('referableItems', () => {
  const output = [{ type: 'message', id: own, content: [] }, { type: 'message', id: 'msg_1' }, null, { type: 'reasoning' }];

  it('are those with an id of the gateway’s', () => {
    expect(referableItems({ output } as never, {})).toEqual([{ id: own, item: output[0] }]);
    expect(referableItems({ output } as never, { store: true })).toHaveLength(1);
  });

  it('are none where the client wants nothing kept', () => {
    expect(referableItems({ output } as never, { store: false })).toEqual([]);
  });

  it.each([null, 'x', [], {}, { output: 'x' }])('%j: none', (answer) => {
    expect(referableItems(answer as never, {})).toEqual([]);
  });
});

describe('streamedAnswer', () => {
  it('is what the last event holds', () => {
    const events = [
      { type: 'response.output_item.done', item: {} },
      { type: 'response.completed', response: { id: 'resp_1' } },
    ];
    expect(streamedAnswer(events)).toEqual({ id: 'resp_1' });
    expect(streamedAnswer([])).toBeUndefined();
    expect(streamedAnswer([null, 'x', { response: 'x' }])).toBeUndefined();
  });
});
