import { expect, it } from 'vitest';
import { fieldNames } from '../../../../../core/src/dialects/google-generate-content/translate/field-names.ts';

it('every name is a field of a request, without a value', () => {
  const places = Object.values(fieldNames).map((name) => name.split('.')[0]);
  expect(new Set(places)).toEqual(new Set(['generationConfig', 'tools', 'toolConfig', 'labels', 'contents']));
});
