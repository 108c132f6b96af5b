import { describe, expect, it } from 'vitest';
import { responsesLeaves } from '../../../../core/src/dialects/openai-responses/leaves.ts';
import { responsesStates } from '../../../../core/src/dialects/openai-responses-request.ts';
import type { JsonValue } from '../../../../core/src/model/json.ts';

describe('responsesLeaves', () => {
  it('is what the next request goes on from', () => {
    expect(responsesLeaves({ id: 'resp_1' })).toBe(responsesStates({ previous_response_id: 'resp_1' })[0]);
    expect(responsesLeaves({ id: 'resp_1', store: true, conversation: null })).toBe('resp_1');
    expect(responsesLeaves({ id: 'resp_1', store: false, conversation: { id: 'conv_1' } })).toBe(
      responsesStates({ conversation: { id: 'conv_1' } })[0],
    );
  });

  it.each([{ id: 'resp_1', store: false }, { id: '' }, { id: 5 }, {}, null, [], 'resp_1', undefined] as (JsonValue | undefined)[])(
    'is nothing for %j',
    (answer) => {
      expect(responsesLeaves(answer)).toBeUndefined();
    },
  );
});
