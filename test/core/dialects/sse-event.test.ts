import { describe, expect, it } from 'vitest';
import { chatStream } from '../../../core/src/dialects/openai-chat/stream.ts';
import { eventsOf, SseEvent } from '../../../core/src/dialects/sse-event.ts';

const event = (raw: string): SseEvent => new SseEvent(raw, chatStream);
const upper = ({ text }: { readonly text: string }): string => text.toUpperCase();

describe('SseEvent', () => {
  it('reads name, data and JSON of its frame', () => {
    const read = event('event: e\ndata: {"a":\ndata: 1}\n\n');
    expect([read.name, read.data, read.json]).toEqual(['e', '{"a":\n1}', { a: 1 }]);
    expect(event('data: [DONE]\n\n').json).toBeUndefined();
    expect(event('data: [DONE]\n\n').texts()).toEqual([]);
    expect(event(': ping\n\n').data).toBe('');
  });

  it('edits texts in place: everything else of the frame stays byte for byte', () => {
    const raw = 'event: e\r\nid: 1\r\ndata:{ "n":1.0, "choices":[{"index":0,"delta":{"content":"\\u0061b","x":"\\/"}}]}\r\n\r\n';
    expect(event(raw).withTexts(upper).raw).toBe(raw.replace('"\\u0061b"', '"AB"'));
  });

  it('is itself when no text changed', () => {
    const same = event('data: {"choices":[{"delta":{"content":"\\u0041"}}]}\n\n');
    expect(same.withTexts(upper)).toBe(same);
    const comment = event(': hello\n\n');
    expect(comment.withTexts(upper)).toBe(comment);
  });

  it('edits what clients may not send: half a character, a key twice', () => {
    expect(event('data: {"choices":[{"delta":{"content":"a\\ud83d"}}]}\n\n').withTexts(upper).raw).toBe(
      'data: {"choices":[{"delta":{"content":"A\\ud83d"}}]}\n\n',
    );
    expect(event('data: {"choices":[{"delta":{"content":"hidden","content":"a"}}]}\n\n').withTexts(upper).json).toEqual({
      choices: [{ delta: { content: 'A' } }],
    });
  });

  it('edited, it has its edited texts', () => {
    const edited = event('data: {"choices":[{"delta":{"content":"a","refusal":"b"}}]}\n\n').withTexts(upper);
    expect(edited.texts().map(({ channel, text }) => [channel, text])).toEqual([
      ['0:content', 'A'],
      ['0:refusal', 'B'],
    ]);
  });

  it('goes on with one text alone, and says nothing twice', () => {
    const first = {
      id: 'c1',
      model: 'm',
      choices: [
        {
          index: 0,
          delta: {
            role: 'assistant',
            content: 'secret',
            tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"a' } }],
          },
          logprobs: { content: [{ token: 'secret' }] },
          finish_reason: null,
        },
        { index: 1, delta: { content: 'other' }, finish_reason: 'stop' },
      ],
      usage: { prompt_tokens: 1 },
    };
    const rest = event(`data: ${JSON.stringify(first)}\n\n`).continued('0:tool:0', 'rest');
    expect(rest.json).toEqual({
      id: 'c1',
      model: 'm',
      choices: [
        { index: 0, delta: { content: '', tool_calls: [{ index: 0, function: { arguments: 'rest' } }] }, finish_reason: null },
        { index: 1, delta: { content: '' } },
      ],
    });
    expect(rest.raw).not.toContain('secret');
  });

  it('goes on once, where an event has several pieces of the text', () => {
    const parts = event('data: {"choices":[{"delta":{"content":[{"type":"text","text":"1"},{"type":"text","text":"2"}]}}]}\n\n');
    expect(
      parts
        .continued('0:content', 'x')
        .texts()
        .map(({ text }) => text),
    ).toEqual(['x', '']);
  });
});

describe('eventsOf', () => {
  it('makes an event of each frame, bytes as they came', () => {
    const region = Buffer.from(': c\n\ndata: "é"\n\ndata: 2\n\n');
    expect(eventsOf(region, chatStream).map(({ raw }) => raw)).toEqual([': c\n\n', 'data: "é"\n\n', 'data: 2\n\n']);
  });

  it('keeps a last event that lacks its blank line', () => {
    expect(eventsOf(Buffer.from('data: 1\n\ndata: 2\n'), chatStream).map(({ data }) => data)).toEqual(['1', '2']);
    expect(eventsOf(Buffer.from('data: [DONE]\n'), chatStream).map(({ data }) => data)).toEqual(['[DONE]']);
  });

  it('makes none of nothing', () => {
    expect(eventsOf(Buffer.alloc(0), chatStream)).toEqual([]);
  });
});
