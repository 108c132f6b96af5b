import { describe, expect, it } from 'vitest';
import { badInput, lacksRole, methodNotAllowed, refusal } from '../../../plugins/admin/src/answers.ts';

describe('refusal', () => {
  it('says what happened and what to do', () => {
    expect(refusal('ADMIN_THROTTLED', { 'retry-after': '60' })).toMatchObject({ status: 429, headers: { 'retry-after': '60' } });
    for (const code of ['ADMIN_UNAUTHENTICATED', 'ADMIN_NOT_FOUND', 'ADMIN_AUDIT_AWAY', 'ADMIN_FAILED'] as const)
      expect(refusal(code).message).toMatch(/\. .*\.$/);
  });
});

describe('the others', () => {
  it('name what is wrong', () => {
    expect(badInput(['body has no field "x"', 'y']).message).toBe('The request cannot be like this: body has no field "x"; y.');
    expect(lacksRole('editor', 'viewer').message).toContain('takes the role editor, and yours is viewer');
    expect(methodNotAllowed('GET')).toMatchObject({ status: 405, headers: { allow: 'GET' } });
  });
});
