import { describe, expect, it } from 'vitest';
import { dropForeignReasoning } from '../../../../core/src/dialects/openai-responses/foreign.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';
import type { JsonObject } from '../../../../core/src/model/json.ts';

const user = { role: 'user', content: 'x' };

function dropped(body: object): { body: JsonObject; told: readonly string[]; edited: boolean } {
  const document = JsonDocument.lenient(JSON.stringify(body));
  const told = dropForeignReasoning(document);
  return { body: JSON.parse(document.toText()) as JsonObject, told, edited: document.edited };
}

const reasoning = (members: object) => ({ type: 'reasoning', summary: [], ...members });

describe('dropForeignReasoning', () => {
  it.each([
    [reasoning({ encrypted_content: 'gAAAAABo' })],
    [reasoning({ id: 'rs_68af4030baa48193b0b43b4c2a176a1a0e6967589f080e78' })],
    [reasoning({ id: 'rs_0123456789abcdef0123456789abcdef_0', encrypted_content: 'gAAAAABo' })],
    [{ type: 'message', role: 'assistant', content: 'gw1:x' }],
    [null],
    ['gw1:'],
  ])('leaves %j alone, byte for byte', (item) => {
    expect(dropped({ input: [user, item] })).toMatchObject({ told: [], edited: false });
  });

  it.each([
    [reasoning({ encrypted_content: 'gw1:anthropic-messages:ErUB' })],
    [reasoning({ encrypted_content: 'gw1call:gw1:google-generate-content:c2ln' })],
    [reasoning({ id: 'rs_0123456789abcdef0123456789abcdef_0' })],
    [reasoning({ id: 'rs_0123456789abcdef0123456789abcdef_0', encrypted_content: null })],
  ])('takes out %j, which no provider of this format knows', (item) => {
    expect(dropped({ input: [user, item, user] })).toMatchObject({ body: { input: [user, user] }, told: ['input.reasoning'] });
  });

  it('has nothing to do with a text for input', () => {
    expect(dropped({ input: 'gw1:' })).toMatchObject({ told: [], edited: false });
  });
});
