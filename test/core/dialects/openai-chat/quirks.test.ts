import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyChatQuirks } from '../../../../core/src/dialects/openai-chat/quirks.ts';
import type { TargetQuirks } from '../../../../core/src/dialects/translation.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';

function apply(text: string, quirks: TargetQuirks): [string, readonly string[]] {
  const document = new JsonDocument(text);
  const removed = applyChatQuirks(document, quirks);
  return [document.toText(), removed];
}

const every: TargetQuirks = {
  maxTokensField: 'max_tokens',
  developerRole: false,
  toolChoiceRequired: 'any',
  unknownFields: ['store', 'metadata'],
};

describe('a provider without deviations', () => {
  it.each<TargetQuirks>([
    {},
    { developerRole: true, toolChoiceRequired: 'required', maxTokensField: 'max_completion_tokens', unknownFields: [] },
  ])('%j: nothing is changed', (quirks) => {
    const text = '{"max_completion_tokens":1,"messages":[{"role":"developer"}],"tool_choice":"required","store":true}';
    const document = new JsonDocument(text);
    expect(applyChatQuirks(document, quirks)).toEqual([]);
    expect(document.edited).toBe(false);
    expect(applyChatQuirks(document, quirks)).toBe(applyChatQuirks(document, {})); // one empty list for all
  });
});

describe('applyChatQuirks', () => {
  it('a request that has none of it stays as it is, byte for byte', () => {
    const document = new JsonDocument('{"model":"m" ,"messages":[{"role":"user","content":"developer"}],"tool_choice":"auto","n":1.0}');
    expect(applyChatQuirks(document, every)).toEqual([]);
    expect(document.edited).toBe(false);
  });

  it.each([
    ['{"max_completion_tokens":9,"n":1.0}', '{"n":1.0,"max_tokens":9}'],
    ['{"max_completion_tokens":9,"max_tokens" : 5}', '{"max_tokens" : 9}'],
    ['{"max_completion_tokens":null,"max_tokens":5}', '{"max_tokens":5}'],
    ['{"tool_choice" : "required","n":1.0}', '{"tool_choice" : "any","n":1.0}'],
    [
      '{"messages":[{"role":"system"},{ "role" : "developer" },"x",{"role":"developer","n":1.0}]}',
      '{"messages":[{"role":"system"},{ "role" : "system" },"x",{"role":"system","n":1.0}]}',
    ],
    ['{"messages":"developer"}', '{"messages":"developer"}'],
  ])('turns %s into %s', (before, after) => {
    expect(apply(before, every)).toEqual([after, []]);
  });

  it('takes out what the provider does not know, null too, and tells', () => {
    expect(apply('{"store":null, "n":1.0, "x":{"store":1}, "metadata":{}}', every)).toEqual([
      '{"n":1.0, "x":{"store":1}}',
      ['store', 'metadata'],
    ]);
  });

  it('looks at what plugins made of the request', () => {
    const document = new JsonDocument('{"messages":[{"role":"user"},{"role":"developer"}],"store":true,"max_tokens":5}');
    document.removeKey(['messages', 0]);
    document.removeKey(['store']);
    document.removeKey(['max_tokens']);
    document.insertKey([], 'metadata', '{}');
    document.insertKey([], 'max_completion_tokens', '9');
    expect(applyChatQuirks(document, every)).toEqual(['metadata']);
    expect(JSON.parse(document.toText())).toEqual({ messages: [{ role: 'system' }], max_tokens: 9 });
  });

  it('twice is once', () => {
    const anyRequest = fc.record(
      {
        max_completion_tokens: fc.option(fc.nat()),
        max_tokens: fc.option(fc.nat()),
        tool_choice: fc.constantFrom('auto', 'required'),
        messages: fc.array(fc.record({ role: fc.constantFrom('developer', 'system', 'user') })),
        store: fc.boolean(),
        other: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(anyRequest, (body) => {
        const text = JSON.stringify(body); // which knows no -0
        const [once] = apply(text, every);
        expect(apply(once, every)).toEqual([once, []]);
        const left = JSON.parse(once) as Record<string, unknown>;
        expect(left).not.toHaveProperty('max_completion_tokens');
        expect(left).not.toHaveProperty('store');
        expect(left.other).toEqual((JSON.parse(text) as typeof body).other);
      }),
    );
  });
});
