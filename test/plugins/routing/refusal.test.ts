import { expect, it } from 'vitest';
import { refusedRoute } from '../../../plugins/routing/src/refusal.ts';

it('says what is missing and what to do, and repeats no more of a client’s text than a name has', () => {
  const error = refusedRoute({
    code: 'ROUTING_TIER',
    status: 403,
    model: `${'x'.repeat(500)}"`,
    why: 'it is not there',
    remedy: 'Use another.',
  });
  expect(error.message).toBe(`No target is left for the model "${'x'.repeat(100)}": it is not there. Use another.`);
  expect(error).toMatchObject({ code: 'ROUTING_TIER', status: 403, type: 'permission', retryable: false });
});
