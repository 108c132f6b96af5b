import { expect, it } from 'vitest';
import { callIdRules } from '../../../../../core/src/dialects/openai-responses/translate/call-id.ts';

it('an id longer than 64 characters would be refused', () => {
  for (const id of ['a'.repeat(64), 'fc|1', 'a\nb']) expect(id).toMatch(callIdRules.taken);
  for (const id of ['', 'a'.repeat(65)]) expect(id).not.toMatch(callIdRules.taken);
});
