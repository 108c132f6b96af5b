import { describe, expect, it } from 'vitest';
import {
  eventIdOf,
  openaiRealtime,
  realtimeClientEvents,
  realtimeErrorEvent,
  sessionModel,
} from '../../../../core/src/dialects/openai-realtime/openai-realtime.ts';
import { gatewayError } from '../../../../core/src/errors.ts';

describe('openaiRealtime', () => {
  it('has no request of HTTP’s', () => {
    expect(openaiRealtime.routes).toEqual([]);
  });

  it.each(['response.created', 'session.created', 'error', undefined, 'toString'])(
    'knows no event of a server’s, nor any other: %s',
    (type) => {
      expect(realtimeClientEvents.has(type)).toBe(false);
    },
  );
});

describe('realtimeErrorEvent', () => {
  const error = gatewayError('GW_BAD_REQUEST', { details: { field: 'a', expected: 'b', received: 'c' }, param: 'a' });

  it('names the event that it is about, or none', () => {
    expect(JSON.parse(realtimeErrorEvent(error, 'x', 'e1'))).toMatchObject({
      type: 'error',
      event_id: 'event_x',
      error: { type: 'invalid_request_error', code: 'GW_BAD_REQUEST', param: 'a', event_id: 'e1' },
    });
    expect(JSON.parse(realtimeErrorEvent(error, 'x', undefined))).toMatchObject({ error: { event_id: null } });
  });
});

describe('eventIdOf', () => {
  it('is a text that is not empty', () => {
    expect([eventIdOf({ event_id: 'e' }), eventIdOf({ event_id: '' }), eventIdOf({ event_id: 1 }), eventIdOf({})]).toEqual([
      'e',
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('sessionModel', () => {
  it('is whatever stands there', () => {
    expect([
      sessionModel({ session: { model: 'm' } }),
      sessionModel({ session: { model: null } }),
      sessionModel({ session: 'm' }),
      sessionModel({}),
    ]).toEqual(['m', null, undefined, undefined]);
  });
});
