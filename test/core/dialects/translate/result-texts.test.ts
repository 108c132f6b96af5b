import { expect, it } from 'vitest';
import { failureText, orphanIntroduction } from '../../../../core/src/dialects/translate/result-texts.ts';

it('a failure says that it is one, once', () => {
  expect(failureText('no such city')).toBe('Error: no such city');
  for (const said of ['Error: no such city', '[ERROR] x', 'error']) expect(failureText(said)).toBe(said);
  expect(failureText('')).toBe('Error: ');
});

it('vercel/ai#13013: a result without a call is told, with the tool where that is known', () => {
  expect(orphanIntroduction(undefined)).toBe('Result of a tool call that is no longer in this conversation:');
  expect(orphanIntroduction('weather')).toContain('(weather)');
});
