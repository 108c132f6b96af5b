import { describe, expect, it } from 'vitest';
import { Frames } from '../../../../../core/src/dialects/openai-responses/translate/frames.ts';
import {
  StreamedCall,
  StreamedMessage,
  StreamedReasoning,
} from '../../../../../core/src/dialects/openai-responses/translate/streamed-items.ts';
import { frameFields } from '../../../../../core/src/dialects/sse.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';

function eventsIn(frames: string): JsonObject[] {
  return frames
    .split('\n\n')
    .slice(0, -1)
    .map((frame) => {
      const { sequence_number: _, ...event } = JSON.parse(frameFields(frame).data) as JsonObject;
      return event;
    });
}

describe('StreamedMessage', () => {
  it('says each piece, the whole part, and the whole item', () => {
    const item = new StreamedMessage(new Frames(), 'm', 2);
    const place = { item_id: 'm', output_index: 2, content_index: 0 };
    const part = { type: 'output_text', annotations: [], logprobs: [], text: 'ab' };
    expect(eventsIn(item.add('text', 'a') + item.add('text', 'b') + item.close('completed'))).toEqual([
      { type: 'response.content_part.added', ...place, part: { ...part, text: '' } },
      { type: 'response.output_text.delta', ...place, delta: 'a', logprobs: [] },
      { type: 'response.output_text.delta', ...place, delta: 'b', logprobs: [] },
      { type: 'response.output_text.done', ...place, text: 'ab', logprobs: [] },
      { type: 'response.content_part.done', ...place, part },
      {
        type: 'response.output_item.done',
        output_index: 2,
        item: { id: 'm', type: 'message', status: 'completed', role: 'assistant', content: [part] },
      },
    ]);
  });

  it('begins another part with another kind, and after an end', () => {
    const item = new StreamedMessage(new Frames(), 'm', 0);
    const frames = item.add('text', 'a') + item.add('refusal', 'b') + item.endPart() + item.endPart() + item.add('refusal', 'c');
    const added = eventsIn(frames).filter(({ type }) => type === 'response.content_part.added');
    expect(added.map(({ content_index }) => content_index)).toEqual([0, 1, 2]);
    item.close('incomplete');
    expect(item.value).toMatchObject({ status: 'incomplete', content: [{ text: 'a' }, { refusal: 'b' }, { refusal: 'c' }] });
  });

  it('ends once', () => {
    const item = new StreamedMessage(new Frames(), 'm', 0);
    expect(eventsIn(item.close('completed'))).toHaveLength(1);
    expect(item.close('incomplete')).toBe('');
    expect(item.value).toMatchObject({ status: 'completed' });
  });
});

describe('StreamedReasoning', () => {
  it('is a summary of one part', () => {
    const item = new StreamedReasoning(new Frames(), 'r', 1);
    item.encrypted = 'E';
    const place = { item_id: 'r', output_index: 1, summary_index: 0 };
    expect(eventsIn(item.open() + item.add('a') + item.add('b') + item.close() + item.close())).toEqual([
      { type: 'response.output_item.added', output_index: 1, item: { id: 'r', type: 'reasoning', summary: [] } },
      { type: 'response.reasoning_summary_part.added', ...place, part: { type: 'summary_text', text: '' } },
      { type: 'response.reasoning_summary_text.delta', ...place, delta: 'a' },
      { type: 'response.reasoning_summary_text.delta', ...place, delta: 'b' },
      { type: 'response.reasoning_summary_text.done', ...place, text: 'ab' },
      { type: 'response.reasoning_summary_part.done', ...place, part: { type: 'summary_text', text: 'ab' } },
      {
        type: 'response.output_item.done',
        output_index: 1,
        item: { id: 'r', type: 'reasoning', summary: [{ type: 'summary_text', text: 'ab' }], encrypted_content: 'E' },
      },
    ]);
  });

  it('has no part where it has no text', () => {
    const item = new StreamedReasoning(new Frames(), 'r', 0);
    expect(eventsIn(item.open() + item.close()).map(({ type }) => type)).toEqual([
      'response.output_item.added',
      'response.output_item.done',
    ]);
  });
});

describe('StreamedCall', () => {
  const call = { id: 'f', callId: 'c', name: 'n' };

  it('says each piece, the whole arguments, and the whole item', () => {
    const item = new StreamedCall(new Frames(), call, 0);
    const events = eventsIn(item.open() + item.add('{"a"') + item.add('') + item.add(':1}') + item.close('completed'));
    expect(events.map(({ type, delta }) => delta ?? type)).toEqual([
      'response.output_item.added',
      '{"a"',
      ':1}',
      'response.function_call_arguments.done',
      'response.output_item.done',
    ]);
    expect(events[0]).toMatchObject({ item: { call_id: 'c', name: 'n', arguments: '', status: 'in_progress' } });
    expect(events.at(-1)).toMatchObject({ item: { arguments: '{"a":1}', status: 'completed' } });
  });

  it('does not make up the arguments of a call that was cut short', () => {
    const item = new StreamedCall(new Frames(), call, 0);
    item.close('incomplete');
    expect(item.value).toMatchObject({ arguments: '', status: 'incomplete' });
    expect([item.add('x'), item.close('completed')]).toEqual(['', '']);
  });
});
