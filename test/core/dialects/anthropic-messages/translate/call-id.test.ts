import { expect, it } from 'vitest';
import { callIdRules } from '../../../../../core/src/dialects/anthropic-messages/translate/call-id.ts';

it('takes letters, digits, dashes and underscores, 64 at most: Responses’ own have 450, and a bar', () => {
  for (const id of ['a'.repeat(64), 'toolu_01-A']) expect(id).toMatch(callIdRules.taken);
  for (const id of ['', 'a'.repeat(65), 'fc|1', 'é', 'a\n']) expect(id).not.toMatch(callIdRules.taken);
});
