import { describe, expect, it } from 'vitest';
import { eventType } from '../../../../core/src/dialects/anthropic-messages/event-type.ts';
import type { JsonValue } from '../../../../core/src/model/json.ts';

describe('eventType', () => {
  it('is what an event says it is, and no word of ours where it says nothing', () => {
    expect(eventType({ type: 'message_stop', index: 0 })).toBe('message_stop');
    for (const json of [undefined, null, 7, 'message_stop', [], ['message_stop'], {}, { type: 7 }, { type: null }])
      expect(eventType(json as JsonValue | undefined)).toBe('');
  });
});
