import { describe, expect, it } from 'vitest';
import { messageLeaves } from '../../../../core/src/dialects/anthropic-messages/leaves.ts';
import { requestStates } from '../../../../core/src/dialects/anthropic-request.ts';
import type { JsonValue } from '../../../../core/src/model/json.ts';

describe('messageLeaves', () => {
  it('is the container, by the name that the next request gives it', () => {
    const left = messageLeaves({ id: 'msg_1', container: { id: 'container_1', expires_at: '2026-11-25T00:00:00Z' } });
    expect(left).toBe('container_1');
    for (const container of ['container_1', { id: 'container_1' }]) expect(requestStates({ container })[0]).toBe(left);
  });

  it.each([undefined, null, [], 'x', {}, { container: null }, { container: 'c' }, { container: {} }, { container: { id: '' } }])(
    'nothing is left by %j',
    (message) => {
      expect(messageLeaves(message as JsonValue | undefined)).toBeUndefined();
    },
  );
});
