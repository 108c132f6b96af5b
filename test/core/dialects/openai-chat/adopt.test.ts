import { describe, expect, it } from 'vitest';
import { adoptResponses } from '../../../../core/src/dialects/openai-chat/adopt.ts';

/** As Cursor sends it (forum.cursor.com/t/159298). */
const cursor = {
  model: 'chat',
  stream: true,
  stream_options: { include_usage: true },
  input: [
    { role: 'system', content: 'You are a coding assistant.' },
    { role: 'user', content: [{ type: 'input_text', text: 'Fix it.' }] },
    { type: 'function_call', call_id: 'call_1', name: 'read', arguments: '{"path":"a.ts"}' },
    { type: 'function_call_output', call_id: 'call_1', output: 'const a = 1;' },
  ],
  tools: [
    {
      type: 'function',
      name: 'read',
      description: 'Reads a file.',
      parameters: { type: 'object', properties: { path: { type: 'string' } } },
    },
  ],
  reasoning: { effort: 'medium' },
  include: ['reasoning.encrypted_content'],
};

describe('adoptResponses', () => {
  it('leaves Chat’s own bodies alone', () => {
    expect(adoptResponses({ model: 'm', messages: [] })).toBeUndefined();
    expect(adoptResponses({ model: 'm', messages: [], input: 'x' })).toBeUndefined();
    expect(adoptResponses({ model: 'm' })).toBeUndefined();
    for (const input of ['x', ['x'], [1], [], null, {}]) expect(adoptResponses({ model: 'm', input } as never)).toBeUndefined();
  });

  it('says a Responses body in Chat’s words, the form of the answer as the client wants it', () => {
    const { body, dropped } = adoptResponses(cursor as never) ?? { body: {}, dropped: ['nothing'] };
    expect(body).toMatchObject({
      model: 'chat',
      stream: true,
      stream_options: { include_usage: true },
      messages: [
        { role: 'system', content: 'You are a coding assistant.' },
        { role: 'user' },
        { role: 'assistant', tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'read', arguments: '{"path":"a.ts"}' } }] },
        { role: 'tool', tool_call_id: 'call_1', content: 'const a = 1;' },
      ],
      tools: [{ type: 'function', function: { name: 'read' } }],
      reasoning_effort: 'medium',
    });
    expect(JSON.stringify(body)).toContain('Fix it.');
    expect(dropped).toEqual([]);
  });

  it.each([
    ['previous_response_id', { previous_response_id: 'resp_1' }],
    ['tools[0].web_search', { tools: [{ type: 'web_search' }] }],
  ])('refuses what Chat cannot say: %s', (param, rest) => {
    expect(() => adoptResponses({ model: 'm', input: [{ role: 'user', content: 'x' }], ...rest } as never)).toThrow(
      expect.objectContaining({ code: 'GW_UNTRANSLATABLE', status: 400, param }),
    );
  });

  it('names what it leaves out', () => {
    expect(
      adoptResponses({ model: 'm', input: [{ role: 'user', content: 'x' }], truncation: 'auto' } as never)?.dropped.length,
    ).toBeGreaterThan(0);
  });
});
