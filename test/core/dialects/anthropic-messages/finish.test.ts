import { describe, expect, it } from 'vitest';
import { hasStopReason } from '../../../../core/src/dialects/anthropic-messages/finish.ts';
import type { JsonValue } from '../../../../core/src/model/json.ts';

describe('hasStopReason', () => {
  it.each<[JsonValue | undefined, boolean]>([
    [{ stop_reason: 'end_turn' }, true],
    [{ stop_reason: 'a reason not known yet' }, true],
    [{ stop_reason: null }, false],
    [{ stop_reason: '' }, false],
    [{ stop_reason: 7 }, false],
    [{}, false],
    [['end_turn'], false],
    [null, false],
    [undefined, false],
  ])('%j: %s', (message, expected) => {
    expect(hasStopReason(message)).toBe(expected);
  });
});
