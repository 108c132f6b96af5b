import { describe, expect, it } from 'vitest';
import { eventType, isBeginning, isEnd } from '../../../../core/src/dialects/openai-responses/event-type.ts';

describe('eventType', () => {
  it('is the one the event says, or none', () => {
    expect(eventType({ type: 'response.created' })).toBe('response.created');
    for (const json of [undefined, null, [], 'response.created', {}, { type: 5 }]) expect(eventType(json)).toBe('');
  });
});

describe('isBeginning, isEnd', () => {
  it('are told by the whole type', () => {
    const types = [
      'response.created',
      'response.queued',
      'response.in_progress',
      'response.web_search_call.in_progress',
      'response.output_item.added',
    ];
    expect(types.map(isBeginning)).toEqual([true, true, true, false, false]);
    const last = [
      'response.completed',
      'response.incomplete',
      'response.failed',
      'error',
      'response.web_search_call.completed',
      'response.mcp_call.failed',
    ];
    expect(last.map(isEnd)).toEqual([true, true, true, true, false, false]);
  });
});
