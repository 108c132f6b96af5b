import { describe, expect, it } from 'vitest';
import { calls, haiku3, nova, result, sent, sonnet, tool, user } from './encoding.ts';

describe('a request for Converse', () => {
  it('has nothing that was not asked for, and neither model nor stream', () => {
    expect(sent({})).toEqual({ body: { messages: [{ role: 'user', content: [{ text: 'Hi' }] }] }, losses: [] });
    expect(sent({ stream: true })).toEqual(sent({}));
  });

  it('has everything in its place', () => {
    const { body, losses } = sent({
      turns: [{ role: 'system', parts: [{ kind: 'text', text: 'Be brief.' }] }, user('Hi')],
      tools: [tool('a')],
      toolChoice: { mode: 'required', allowed: ['a'] },
      maxOutputTokens: 100,
      temperature: 0.2,
      topK: 3,
      stop: ['END'],
      user: 'user-1',
    });
    expect(body).toEqual({
      messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
      system: [{ text: 'Be brief.' }],
      inferenceConfig: { maxTokens: 100, temperature: 0.2, stopSequences: ['END'] },
      toolConfig: {
        tools: [{ toolSpec: { name: 'a', inputSchema: { json: { type: 'object', properties: {} } } } }],
        toolChoice: { tool: { name: 'a' } },
      },
      additionalModelRequestFields: { top_k: 3 },
      additionalModelResponseFieldPaths: ['/stop_sequence'],
      requestMetadata: { user: 'user-1' },
    });
    expect(losses).toEqual([]);
  });

  it('asks Claude where it stopped, of a stream elsewhere, and others not at all', () => {
    expect(sent({ stop: ['x'], stream: true }).body.additionalModelResponseFieldPaths).toEqual(['/delta/stop_sequence']);
    expect(sent({ stop: ['x'] }, nova).body.additionalModelResponseFieldPaths).toBeUndefined();
  });

  it('bifrost#6457, #6132: keeps the limit, and asks for no more than the model gives', () => {
    expect(sent({ maxOutputTokens: 50_000 }).body.inferenceConfig).toEqual({ maxTokens: 50_000 });
    expect(sent({ maxOutputTokens: 50_000 }, haiku3).body.inferenceConfig).toEqual({ maxTokens: 4096 });
    expect(sent({ maxOutputTokens: 50_000 }, nova, { maxOutputTokens: 10_000 }).body.inferenceConfig).toEqual({ maxTokens: 10_000 });
    expect(sent({ maxOutputTokens: 50_000 }, nova).body.inferenceConfig).toEqual({ maxTokens: 50_000 });
  });

  it('tells of earlier calls as texts where no tool may be called: such blocks are a 400 without tools', () => {
    const turns = [user('?'), calls('a'), result('a', 'one')];
    const { body, losses } = sent({ turns });
    expect(body.toolConfig).toBeUndefined();
    expect(JSON.stringify(body.messages)).not.toMatch(/toolUse|toolResult/);
    expect(JSON.stringify(body.messages)).toContain('one');
    expect(losses).toEqual(['tools: drop']);
    const none = sent({ turns, tools: [tool('a')], toolChoice: { mode: 'none', allowed: undefined } });
    expect(none.body).toEqual(body);
    expect(none.losses).toEqual(['toolChoice: drop']);
    expect(JSON.stringify(sent({ turns, tools: [tool('a')] }).body.messages)).toMatch(/toolUse.*toolResult/);
  });

  it('has reasoning where Claude looks for it, and no sampling beside it', () => {
    const { body, losses } = sent({
      reasoning: { effort: undefined, budget: 2048, show: undefined },
      maxOutputTokens: 500,
      temperature: 0,
    });
    expect(body.additionalModelRequestFields).toEqual({ thinking: { type: 'enabled', budget_tokens: 2048 } });
    expect(body.inferenceConfig).toEqual({ maxTokens: 2548 });
    expect(losses).toEqual(['maxOutputTokens: drop', 'temperature: drop']);
  });

  it('takes the limit that the catalogue knows, or Claude’s own, for the most that reasoning may take', () => {
    const reasoning = { effort: 'max', budget: undefined, show: undefined } as const;
    const most = (traits: object): unknown => (sent({ reasoning }, sonnet, traits).body.inferenceConfig as { maxTokens: number }).maxTokens;
    expect(most({})).toBe(64_000);
    expect(most({ maxOutputTokens: 20_000 })).toBe(20_000);
  });

  it('has one call at a time and reasoning in one place', () => {
    expect(
      sent({ tools: [tool('a')], parallelTools: false, reasoning: { effort: undefined, budget: 2048, show: undefined } }).body
        .additionalModelRequestFields,
    ).toEqual({ thinking: { type: 'enabled', budget_tokens: 2048 }, tool_choice: { type: 'auto', disable_parallel_tool_use: true } });
  });

  it('leaves Nova 2 alone with its highest effort', () => {
    const { body, losses } = sent(
      { reasoning: { effort: 'high', budget: undefined, show: undefined }, maxOutputTokens: 500, temperature: 0 },
      'us.amazon.nova-2-lite-v1:0',
    );
    expect(body.inferenceConfig).toBeUndefined();
    expect(losses).toEqual(['temperature: drop', 'maxOutputTokens: drop']);
  });

  it('is refused where a stop sequence would not be kept to', () => {
    expect(sent({ stop: ['x'] }, 'openai.gpt-oss-120b-1:0').losses).toEqual(['stop: refuse']);
  });

  it('puts what it cannot hold the model to at the end of the instructions', () => {
    const { body } = sent({ format: { kind: 'json' } });
    expect(body.system).toEqual([{ text: expect.stringContaining('JSON') }]);
  });

  it('has ids of users as AWS takes them, always the same', () => {
    const metadata = (id: string) => (sent({ user: id }).body.requestMetadata as { user: string }).user;
    expect(metadata('a@b.example')).toBe('a@b.example');
    for (const odd of ['{"device":"x"}', 'ü', 'x'.repeat(257)]) {
      expect(metadata(odd)).toMatch(/^[0-9a-f]{64}$/);
      expect(metadata(odd)).toBe(metadata(odd));
    }
  });

  it('is an outputConfig where the model is held to a schema', () => {
    const schema = { type: 'object', properties: {}, required: [] };
    const { body, losses } = sent({ format: { kind: 'schema', name: 'x', description: undefined, schema, strict: true } }, sonnet);
    expect(body.outputConfig).toMatchObject({ textFormat: { type: 'json_schema' } });
    expect(losses).toEqual([]);
  });
});
