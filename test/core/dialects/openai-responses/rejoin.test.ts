import { describe, expect, it } from 'vitest';
import type { StreamDialect } from '../../../../core/src/dialects/dialect.ts';
import { openaiResponses } from '../../../../core/src/dialects/openai-responses/openai-responses.ts';
import { rejoin } from '../../../../core/src/dialects/openai-responses/rejoin.ts';
import { eventsOf } from '../../../../core/src/dialects/sse-event.ts';
import type { StreamEvent } from '../../../../core/src/model/events.ts';

const stream = openaiResponses.stream as StreamDialect;

function events(...all: object[]): readonly StreamEvent[] {
  return eventsOf(Buffer.from(all.map((one) => `data: ${JSON.stringify(one)}\n\n`).join('')), stream);
}

const added = (id: string, index: number, number: number) => ({
  type: 'response.output_item.added',
  sequence_number: number,
  output_index: index,
  item: { id, type: 'message' },
});
const delta = (id: string, number: number, text: string) =>
  `data: ${JSON.stringify({ type: 'response.output_text.delta', sequence_number: number, item_id: id, output_index: 0, delta: text })}\n\n`;

describe('rejoin', () => {
  it('goes on with the numbers and the ids of the first stream', () => {
    const patch = rejoin(events(added('msg_first', 0, 6), { sequence_number: 7 }), events(added('msg_own', 0, 2), { sequence_number: 3 }));
    expect(patch(delta('msg_own', 4, 'Hello'))).toBe(delta('msg_first', 8, 'Hello'));
  });

  it('leaves texts alone that look like either', () => {
    const patch = rejoin(events(added('msg_first', 0, 6)), events(added('msg_own', 0, 2)));
    const text = '"sequence_number":3 "msg_own" msg_own';
    expect(patch(delta('msg_own', 3, text))).toBe(delta('msg_first', 7, text));
  });

  it('keeps apart items of the same stream', () => {
    const patch = rejoin(events(added('msg_a', 0, 0), added('msg_b', 1, 1)), events(added('msg_x', 0, 0), added('msg_y', 1, 1)));
    expect(patch('"msg_y""msg_x""msg_z"')).toBe('"msg_b""msg_a""msg_z"');
  });

  it('changes nothing where nothing is known', () => {
    const frames = delta('msg_own', 4, 'Hello');
    expect(rejoin(events(), events())(frames)).toBe(frames);
    expect(rejoin(events({ item: null }, { item: { id: 3 } }), events({ item: {} }))(frames)).toBe(frames);
  });
});
