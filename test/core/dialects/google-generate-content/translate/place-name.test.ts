import { expect, it } from 'vitest';
import { placeName } from '../../../../../core/src/dialects/google-generate-content/translate/place-name.ts';

it('placeName reads like code', () => {
  expect(placeName(['contents', 2, 'parts', 0])).toBe('contents[2].parts[0]');
});
