import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { answerBody, answerFrames } from '../../../../core/src/dialects/openai-completions/answer.ts';
import { openaiCompletions } from '../../../../core/src/dialects/openai-completions/openai-completions.ts';
import { parseFrameData } from '../../../../core/src/dialects/sse.ts';
import type { JsonObject, JsonValue } from '../../../../core/src/model/json.ts';

const usage = { input: 3, output: 2, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw: undefined };
const answer = { id: 'r1', model: 'm', text: 'Hello\n"you" 😀', usage, created: 1_700_000_000 };
const sdk = (body: string, contentType: string): OpenAI =>
  new OpenAI({
    apiKey: 'k',
    maxRetries: 0,
    baseURL: 'http://gateway.test/v1',
    fetch: () => Promise.resolve(new Response(body, { headers: { 'content-type': contentType } })),
  });

describe('answerBody', () => {
  it('is a completion that its own dialect and the SDK read', async () => {
    const body = JSON.parse(answerBody(answer)) as JsonValue;
    expect(body).toMatchObject({ id: 'cmpl-r1', object: 'text_completion', created: 1_700_000_000, model: 'm' });
    expect([...openaiCompletions.responseTexts(body)].map(({ text }) => text)).toEqual([answer.text]);
    expect(openaiCompletions.finishReason(body)).toBe('stop');
    expect(openaiCompletions.usage(body)).toMatchObject({ input: 3, output: 2 });
    const read = await sdk(answerBody(answer), 'application/json').completions.create({ model: 'm', prompt: 'x' });
    expect(read.choices[0]?.text).toBe(answer.text);
  });
});

describe('answerFrames', () => {
  const read = (withUsage: boolean): JsonObject[] =>
    answerFrames(answer, withUsage)
      .slice(0, -1)
      .map((frame) => parseFrameData(Buffer.from(frame).toString('latin1')) as JsonObject);

  it('mlflow#23458: streams text, finish reason (null until then) and [DONE]; usage only to who asked', () => {
    for (const frame of answerFrames(answer, true)) expect(frame).toMatch(/^data: [^\n]+\n\n$/);
    expect(answerFrames(answer, false).at(-1)).toBe('data: [DONE]\n\n');
    expect(read(false).map(({ choices }) => choices)).toEqual([
      [{ index: 0, text: answer.text, logprobs: null, finish_reason: null }],
      [{ index: 0, text: '', logprobs: null, finish_reason: 'stop' }],
    ]);
    for (const chunk of read(false)) expect(chunk).not.toHaveProperty('usage');
    expect(read(true).map((chunk) => chunk.usage)).toEqual([null, null, { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }]);
  });

  it('is one that the SDK reads', async () => {
    let text = '';
    const stream = await sdk(answerFrames(answer, false).join(''), 'text/event-stream').completions.create({
      model: 'm',
      prompt: 'x',
      stream: true,
    });
    for await (const chunk of stream) text += chunk.choices[0]?.text;
    expect(text).toBe(answer.text);
  });
});
