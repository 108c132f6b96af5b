import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamReader } from '../../../../../core/src/dialects/openai-chat/translate/stream-reader.ts';
import type { JsonObject, JsonValue } from '../../../../../core/src/model/json.ts';
import type { NeutralEvent } from '../../../../../core/src/model/neutral.ts';
import { text } from './examples.ts';

function read(...chunks: JsonValue[]): NeutralEvent[] {
  const reader = streamReader();
  return [...chunks.flatMap((chunk) => reader.read(chunk, undefined)), ...reader.end()];
}

const start: NeutralEvent = { kind: 'start', id: 'c1', model: 'm' };
const head = { id: 'c1', object: 'chat.completion.chunk', model: 'm' };
const chunk = (delta: JsonValue, finish_reason: JsonValue = null, more: JsonObject = {}): JsonObject => ({
  ...head,
  choices: [{ index: 0, delta, finish_reason }],
  ...more,
});
const thought = (said: string): NeutralEvent => ({ kind: 'reasoning', text: said });

describe('what makes no sense', () => {
  it.each<JsonValue>([
    null,
    5,
    'x',
    [],
    {},
    { choices: null },
    { choices: ['x'] },
    { id: '', model: '', choices: [], prompt_filter_results: [] },
  ])('%j says nothing', (odd) => {
    expect(read(odd)).toEqual([]);
  });

  it('whatever comes, it is read, and nothing of it is empty', () => {
    const keys = ['content', 'refusal', 'tool_calls', 'function_call', 'reasoning', 'reasoning_details', 'audio', 'extra_content', 'role'];
    const anyDelta = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(fc.array(anyDelta, { maxLength: 4 }), (deltas) => {
        for (const event of read(...deltas.map((delta) => chunk(delta as JsonValue)))) {
          if ('text' in event) expect(event.text).not.toBe('');
          if ('piece' in event) expect(event.piece).not.toBe('');
        }
      }),
    );
  });

  it('Perplexity’s chunks may have null for a role and for a content', () => {
    expect(read(chunk({ role: null, content: null }), chunk({ role: null, content: 'a' }))).toEqual([start, text('a')]);
  });
});

describe('the stream', () => {
  it('begins once, is said in pieces, and ends at its end', () => {
    const done = chunk({}, 'stop');
    expect(read(chunk({ role: 'assistant', content: '' }), chunk({ content: 'a' }), chunk({ content: 'b' }), done)).toEqual([
      start,
      text('a'),
      text('b'),
      { kind: 'stop', stop: { kind: 'end' } },
    ]);
  });

  it('Azure’s first chunk is about the prompt; the answer begins after it', () => {
    const azure = { id: '', model: '', choices: [], prompt_filter_results: [] };
    expect(read(azure, chunk({ content: 'a' }))).toEqual([start, text('a')]);
  });

  it('litellm#12666: choices numbered by content block are one answer', () => {
    const other = { ...head, choices: [{ index: 1, delta: { content: 'b' }, finish_reason: 'stop' }] };
    expect(read(chunk({ content: 'a' }), other)).toEqual([start, text('a'), text('b'), { kind: 'stop', stop: { kind: 'end' } }]);
  });

  it('a finish reason may come with the last words, and before others', () => {
    expect(read(chunk({ content: 'a' }, 'length'), chunk({ content: 'b' }, ''))).toEqual([
      start,
      text('a'),
      text('b'),
      { kind: 'stop', stop: { kind: 'length' } },
    ]);
  });

  it('one that gives no reason has none', () => {
    expect(read(chunk({ content: 'a' }, ''))).toEqual([start, text('a')]);
  });

  it('vercel/ai#12218: stop, or nothing, after calls means the calls', () => {
    const calling = chunk({ tool_calls: [{ index: 0, id: 'x', function: { name: 'look', arguments: { a: 1 } } }] });
    const called: NeutralEvent[] = [
      start,
      { kind: 'toolCall', call: 0, id: 'x', name: 'look', opaque: undefined },
      { kind: 'arguments', call: 0, piece: '{"a":1}' },
      { kind: 'stop', stop: { kind: 'toolCalls' } },
    ];
    expect(read(calling, chunk({}, 'stop'))).toEqual(called);
    expect(read(calling)).toEqual(called);
  });
});

describe('reasoning', () => {
  it('litellm#29600: chunks with nothing else are not lost, whatever the field', () => {
    for (const field of ['reasoning_content', 'reasoning']) expect(read(chunk({ [field]: 'hm' }))).toEqual([start, thought('hm')]);
    expect(read(chunk({ reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] }))).toEqual([start, thought('hm')]);
    expect(read(chunk({ reasoning_content: 'hm', content: null }), chunk({ content: 'a', reasoning_content: null }))).toEqual([
      start,
      thought('hm'),
      text('a'),
    ]);
  });

  it('Mistral’s content: thinking and texts', () => {
    const content = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
      { type: 'text', text: 'a' },
    ];
    expect(read(chunk({ content }))).toEqual([start, thought('hm'), text('a')]);
  });

  it('OpenRouter’s details: the text once, the signature after it', () => {
    const detail = { type: 'reasoning.text', format: 'anthropic-claude-v1', index: 0 };
    const events = read(
      chunk({ reasoning: 'hm', reasoning_details: [{ ...detail, text: 'hm' }] }),
      chunk({ reasoning: null, reasoning_details: [{ ...detail, signature: 's' }] }),
    );
    expect(events.map(({ kind }) => kind)).toEqual(['start', 'reasoning', 'reasoningOpaque']);
    expect(JSON.stringify(events)).toContain('anthropic-claude-v1');
  });

  it('litellm#16893: Google’s signature on a delta belongs to its call, else to itself', () => {
    const extra_content = { google: { thought_signature: 'sig' } };
    const opaque = { dialect: 'google-generate-content', value: 'sig' };
    const calls = [{ index: 0, id: 'x', function: { name: 'look', arguments: '' } }];
    expect(read(chunk({ extra_content, tool_calls: calls }))[1]).toEqual({ kind: 'toolCall', call: 0, id: 'x', name: 'look', opaque });
    expect(read(chunk({ extra_content, content: 'a' }))).toEqual([start, text('a'), { kind: 'reasoningOpaque', opaque }]);
  });
});

describe('other words', () => {
  it('refusals and what was said aloud', () => {
    expect(read(chunk({ refusal: 'no' }), chunk({ audio: { transcript: 'hello', data: 'AAAA' } }))).toEqual([
      start,
      { kind: 'refusal', text: 'no' },
      text('hello'),
    ]);
  });
});

describe('usage', () => {
  const counted = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
  const counts = (...chunks: JsonValue[]) => read(...chunks).flatMap((event) => (event.kind === 'usage' ? [event.usage.output] : []));

  it('comes after the finish, in a chunk without choices; null is none', () => {
    const events = read(chunk({ content: 'a' }, 'stop', { usage: null }), { ...head, choices: [], usage: counted });
    expect(events.map(({ kind }) => kind)).toEqual(['start', 'text', 'usage', 'stop']);
  });

  it('Groq has it on the last chunk, in a place of its own; Perplexity on every chunk', () => {
    expect(counts(chunk({}, 'stop', { x_groq: { usage: counted } }))).toEqual([2]);
    expect(
      counts(chunk({}, null, { usage: { ...counted, completion_tokens: 1, total_tokens: null } }), chunk({}, 'stop', { usage: counted })),
    ).toEqual([1, 2]);
  });
});
