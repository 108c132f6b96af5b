import { describe, expect, it } from 'vitest';
import { dialects } from '../../../core/src/dialects/all.ts';
import { openaiChat } from '../../../core/src/dialects/openai-chat/openai-chat.ts';
import { gatewayError } from '../../../core/src/errors.ts';
import { handoffDialect, isHandoffDialect } from '../../../core/src/handoff/dialect.ts';
import type { Handoff } from '../../../core/src/handoff/handoff.ts';

const handoff: Handoff = {
  name: 'raw',
  routes: [{ methods: ['PUT'], path: '/raw' }],
  target: () => ({ id: 'raw/*', provider: 'raw', model: '*' }),
  carry: () => Promise.reject(new Error('none')),
};

describe('a handoff as a dialect', () => {
  it('has its own name, and the errors of OpenAI unless it says whose', () => {
    const error = gatewayError('GW_CLOSING');
    const own = handoffDialect(handoff, dialects);
    expect(own.id).toBe('raw');
    expect(own.errorBody(error, 'id-1')).toBe(openaiChat.errorBody(error, 'id-1'));
    const other = handoffDialect({ ...handoff, errors: 'anthropic-messages' }, dialects);
    expect(JSON.parse(other.errorBody(error, 'id-1'))).toMatchObject({ type: 'error' });
    expect(other.requestIdHeader).toBe('request-id');
  });

  it('cannot have errors that nobody speaks', () => {
    expect(() => handoffDialect({ ...handoff, errors: 'esperanto' }, dialects)).toThrow(
      /The handoff raw: errors: expected one of openai-chat, .*received "esperanto"/,
    );
  });

  it('is known as one', () => {
    expect([isHandoffDialect(handoffDialect(handoff, dialects)), isHandoffDialect(openaiChat)]).toEqual([true, false]);
  });
});
