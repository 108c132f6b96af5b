import { expect, it } from 'vitest';
import { userId } from '../../../../core/src/dialects/translate/user-id.ts';

it('an id that is too long (Claude Code’s) is always the same shorter one', () => {
  const long = `user_${'a'.repeat(145)}`;
  expect(userId('u'.repeat(64))).toBe('u'.repeat(64));
  expect(userId(long)).toMatch(/^[0-9a-f]{64}$/);
  expect(userId(long)).toBe(userId(long));
  expect(userId(long)).not.toBe(userId(`${long}b`));
});
