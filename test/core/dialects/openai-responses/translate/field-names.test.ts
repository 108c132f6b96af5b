import { expect, it } from 'vitest';
import { fieldNames } from '../../../../../core/src/dialects/openai-responses/translate/field-names.ts';

it('names fields so that they can stand in a header', () => {
  for (const name of Object.values(fieldNames)) expect(name).toMatch(/^[\w.[\]]+$/);
});

it('in the words of Responses', () => {
  expect(fieldNames).toMatchObject({ maxOutputTokens: 'max_output_tokens', format: 'text.format', user: 'safety_identifier' });
});
