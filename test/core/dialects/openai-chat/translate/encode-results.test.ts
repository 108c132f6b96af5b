import { describe, expect, it } from 'vitest';
import { encodeOrphans, encodeResults } from '../../../../../core/src/dialects/openai-chat/translate/encode-results.ts';
import type { Answered } from '../../../../../core/src/dialects/translate/call-results.ts';
import { Losses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { NeutralField, NeutralToolResult } from '../../../../../core/src/model/neutral.ts';
import { text } from './examples.ts';

function result(callId: string, said = '', more: Partial<NeutralToolResult> = {}): NeutralToolResult {
  return { callId, name: undefined, parts: said === '' ? [] : [text(said)], isError: false, ...more };
}

describe('encodeResults', () => {
  function encode(answered: Answered[], quirks = {}) {
    const losses = new Losses<NeutralField>();
    return { messages: encodeResults(answered, quirks, losses), losses: losses.list() };
  }

  it('vercel/ai#13013: a call without a result gets one, a result without a call is told as a text', () => {
    expect(encode([{ id: 'a', result: undefined }]).messages).toEqual([
      { role: 'tool', tool_call_id: 'a', content: 'No result was provided.' },
    ]);
    const [orphan] = encodeOrphans([result('x', 'sunny')], {}, new Losses<NeutralField>());
    expect(orphan?.role).toBe('user');
    expect(orphan?.content).toContain('sunny');
  });

  it('a failure says so, once', () => {
    const failed = (said: string) => encode([{ id: 'a', result: result('a', said, { isError: true }) }]).messages[0]?.content;
    expect(failed('no such city')).toBe('Error: no such city');
    expect(failed('Error: no such city')).toBe('Error: no such city');
    expect(failed('')).toBe('Error: ');
  });

  it('images follow after all results, which must come together', () => {
    const image = { kind: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'AAAA' } } as const;
    const { messages, losses } = encode([
      { id: 'a', result: result('a', '', { parts: [image] }) },
      { id: 'b', result: result('b', '', { parts: [text('1'), { kind: 'file', source: { kind: 'text', text: '2' }, name: undefined }] }) },
    ]);
    expect(messages.map(({ role }) => role)).toEqual(['tool', 'tool', 'user']);
    expect(messages[0]?.content).not.toBe('');
    expect(messages[1]?.content).toBe('1\n2');
    expect(messages[2]?.content).toEqual([
      { type: 'text', text: expect.stringContaining('a') },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
    ]);
    expect(losses).toEqual([]);
    expect(encode([{ id: 'a', result: result('a', '', { parts: [image] }) }], { images: false }).losses).toEqual([
      { field: 'images', level: 'refuse' },
    ]);
  });

  it('a hundred thousand images are no arguments of a call', () => {
    const image = { kind: 'image', source: { kind: 'url', url: 'https://x.test/a' } } as const;
    const parts = Array.from({ length: 150_000 }, () => image);
    expect(encode([{ id: 'a', result: result('a', '', { parts }) }]).messages[1]?.content).toHaveLength(150_001);
  });

  it('images of a result without a call follow its text', () => {
    const image = { kind: 'image', source: { kind: 'url', url: 'https://x.test/a' } } as const;
    const [message] = encodeOrphans([result('a', 'a map', { parts: [text('a map'), image] })], {}, new Losses<NeutralField>());
    expect(message?.content).toEqual([
      { type: 'text', text: expect.stringContaining('a map') },
      { type: 'text', text: 'From the result of the tool call above:' },
      { type: 'image_url', image_url: { url: 'https://x.test/a' } },
    ]);
  });
});
