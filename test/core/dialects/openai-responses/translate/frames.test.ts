import { describe, expect, it } from 'vitest';
import { Frames } from '../../../../../core/src/dialects/openai-responses/translate/frames.ts';
import { frameFields } from '../../../../../core/src/dialects/sse.ts';

describe('Frames', () => {
  it('are one event each, named as their data are, and numbered', () => {
    const frames = new Frames();
    const [first, second] = [frames.frame('response.a', { text: 'x\n\ny\r\u2028' }), frames.frame('response.b', {})];
    expect(first).toMatch(/^event: response\.a\ndata: [^\n\r]*\n\n$/);
    expect(frameFields(first)).toEqual({
      name: 'response.a',
      data: JSON.stringify({ type: 'response.a', sequence_number: 0, text: 'x\n\ny\r\u2028' }),
    });
    expect(JSON.parse(frameFields(second).data)).toEqual({ type: 'response.b', sequence_number: 1 });
  });
});
