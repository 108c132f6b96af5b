import { expect, it } from 'vitest';
import { knownKeys } from '../../../../../core/src/dialects/google-generate-content/translate/known-keys.ts';
import { RequestLosses } from '../../../../../core/src/dialects/translate/losses.ts';

it('knows fields in both spellings', () => {
  const losses = new RequestLosses();
  const object = { safety_settings: [1], safetyRatings: null, labels: { a: 1 }, extra: 1 };
  losses.dropOthers(object, knownKeys(object, ['safetySettings', 'labels']), 'x.');
  expect(losses.list()).toEqual([{ field: 'x.extra', level: 'drop' }]);
});
