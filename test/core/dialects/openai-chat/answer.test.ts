import { describe, expect, it } from 'vitest';
import { answerBody, answerFrames } from '../../../../core/src/dialects/openai-chat/answer.ts';
import { openaiChat } from '../../../../core/src/dialects/openai-chat/openai-chat.ts';
import { chatStream } from '../../../../core/src/dialects/openai-chat/stream.ts';
import { openaiUsage } from '../../../../core/src/dialects/openai-usage.ts';
import { parseFrameData } from '../../../../core/src/dialects/sse.ts';
import type { JsonObject, JsonValue } from '../../../../core/src/model/json.ts';

const usage = { input: 3, output: 2, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw: undefined };
const answer = { id: 'r1', model: 'm', text: 'Hello\n"you" 😀', usage, created: 1_700_000_000 };

describe('answerBody', () => {
  it('is a chat completion that its own dialect reads', () => {
    const body = JSON.parse(answerBody(answer)) as JsonValue;
    expect(body).toMatchObject({ id: 'chatcmpl-r1', object: 'chat.completion', created: 1_700_000_000, model: 'm' });
    expect([...openaiChat.responseTexts(body)].map(({ text }) => text)).toEqual([answer.text]);
    expect(openaiChat.finishReason(body)).toBe('stop');
    expect(openaiChat.usage(body)).toMatchObject({ input: 3, output: 2 });
  });
});

describe('answerFrames', () => {
  const read = (withUsage: boolean): JsonObject[] =>
    answerFrames(answer, withUsage)
      .slice(0, -1)
      .map((frame) => parseFrameData(Buffer.from(frame).toString('latin1')) as JsonObject);

  it('streams role, text, finish reason and [DONE], whole frames all', () => {
    const frames = answerFrames(answer, false);
    for (const frame of frames) expect(frame).toMatch(/^data: [^\n]+\n\n$/);
    expect(frames.at(-1)).toBe('data: [DONE]\n\n');
    const chunks = read(false);
    expect(chunks.map(({ choices }) => choices)).toEqual([
      [{ index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }],
      [{ index: 0, delta: { content: answer.text }, logprobs: null, finish_reason: null }],
      [{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }],
    ]);
    for (const chunk of chunks) expect(chunk).not.toHaveProperty('usage');
  });

  it('reports usage only to who asked, in a chunk without choices; all others say null', () => {
    const chunks = read(true);
    expect(chunks.slice(0, -1).map((chunk) => chunk.usage)).toEqual([null, null, null]);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } });
    expect(openaiUsage(chunks.at(-1) as JsonValue)).toMatchObject({ input: 3, output: 2 });
  });

  it('ends its texts where the dialect says so', () => {
    expect(read(false).map((chunk) => chatStream.ends(chunk, ''))).toEqual([[], [], ['0:']]);
  });
});
