import { describe, expect, it } from 'vitest';
import { errorTexts, itemListTexts, itemTexts, partTexts, scopeOfPart } from '../../../core/src/dialects/openai-responses-items.ts';
import type { JsonValue } from '../../../core/src/model/json.ts';
import { expectEveryText, junk, mangled, valueAt } from './openai-responses/every-text.ts';
import { allItems, references } from './openai-responses/items.ts';

describe('itemTexts', () => {
  it.each(allItems.map((item) => [String(item.type ?? `a message of ${String(item.role)}`), item] as const))(
    'reaches every text of %s with its scope, and nothing else',
    (_, item) => {
      expectEveryText(item, (body) => itemTexts(body, []));
    },
  );

  it('what is opaque or only refers has none', () => {
    for (const item of [...references, { type: 'compaction', encrypted_content: 'x' }, { type: 'compaction_trigger' }])
      expect([...itemTexts(item, [])]).toEqual([]);
  });

  it('litellm#13420: a reasoning item that comes back is read like any other, its encrypted content left alone', () => {
    const item = { type: 'reasoning', encrypted_content: 'opaque', summary: [{ type: 'summary_text', text: 'thought' }] };
    expect([...itemTexts(item, [])]).toEqual([{ scope: 'assistant', path: ['summary', 0, 'text'], text: 'thought' }]);
  });

  it('only arguments that are a string are JSON in a string', () => {
    const places = allItems.flatMap((item) => [...itemTexts(item, [])]);
    expect(places.filter(({ jsonString }) => jsonString).every(({ path }) => path.join('.') === 'arguments')).toBe(true);
    expect(places.filter(({ jsonString }) => jsonString).length).toBeGreaterThan(4);
  });

  it.each(junk)('never throws, whatever member is %j', (other) => {
    for (const item of allItems)
      for (const body of mangled(item, other)) for (const { path, text } of itemTexts(body, [])) expect(valueAt(body, path)).toBe(text);
  });
});

describe('itemListTexts', () => {
  it('a text in place of items, or of an item, is one', () => {
    expect([...itemListTexts('hi', ['input'], 'user')]).toEqual([{ scope: 'user', path: ['input'], text: 'hi' }]);
    expect([...itemListTexts(['hi'], ['input'], 'user')]).toEqual([{ scope: 'user', path: ['input', 0], text: 'hi' }]);
    for (const nothing of [undefined, null, 5, {}] as (JsonValue | undefined)[])
      expect([...itemListTexts(nothing, [], 'user')]).toEqual([]);
  });
});

describe('scopeOfPart', () => {
  it('is who speaks', () => {
    const types = ['input_text', 'output_text', 'refusal', 'reasoning_text', 'summary_text', 'telepathy', undefined];
    expect(types.map(scopeOfPart)).toEqual(['user', 'assistant', 'assistant', 'assistant', 'assistant', 'other', 'other']);
  });
});

describe('partTexts', () => {
  it('media and ids are none, whatever the part', () => {
    const part = {
      type: 'x',
      url: 'u',
      image_url: 'i',
      file_data: 'f',
      data: 'd',
      file_id: 'a',
      vector_store_ids: ['v'],
      signature: 's',
      logprobs: [{ token: 't' }],
    };
    expect([...partTexts(part, [], 'user')]).toEqual([]);
  });
});

describe('errorTexts', () => {
  it('are its words and not its codes', () => {
    const error = {
      code: 'server_error',
      type: 't',
      message: 'one',
      misalignment: { error_type: 'other', steer: { message: 'two' }, detailed_explanation: 'three' },
    };
    expect([...errorTexts(error, [], 'other')].map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    expect([...errorTexts('no', [], 'other')].map(({ text }) => text)).toEqual(['no']);
  });
});
