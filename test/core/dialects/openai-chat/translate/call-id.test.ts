import { expect, it } from 'vitest';
import { callIdRules } from '../../../../../core/src/dialects/openai-chat/translate/call-id.ts';

it('vercel/ai#8132, Portkey#1062: an id longer than 40 characters would be refused', () => {
  for (const id of ['a'.repeat(40), 'fc|1', 'a\nb']) expect(id).toMatch(callIdRules.taken);
  for (const id of ['', 'a'.repeat(41)]) expect(id).not.toMatch(callIdRules.taken);
});
