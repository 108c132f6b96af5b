import { createOpenAI } from '@ai-sdk/openai';
import { streamText } from 'ai';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { answerBody, answerFrames } from '../../../../core/src/dialects/openai-responses/answer.ts';
import { eventTexts } from '../../../../core/src/dialects/openai-responses/event-texts.ts';
import { ResponsesStreamObserver } from '../../../../core/src/dialects/openai-responses/observe.ts';
import { openaiResponses } from '../../../../core/src/dialects/openai-responses/openai-responses.ts';
import { responsesStream } from '../../../../core/src/dialects/openai-responses/stream.ts';
import { parseFrameData } from '../../../../core/src/dialects/sse.ts';
import { gatewayError } from '../../../../core/src/errors.ts';
import type { JsonObject, JsonValue } from '../../../../core/src/model/json.ts';

const usage = { input: 3, output: 2, cacheRead: 1, cacheWrite: undefined, reasoning: undefined, raw: undefined };
const answer = { id: 'r1', model: 'm', text: 'Hello\n"you" 😀', usage, created: 1_700_000_000 };

const parsed = (frames: readonly string[]): JsonObject[] =>
  frames.map((frame) => parseFrameData(Buffer.from(frame).toString('latin1')) as JsonObject);

/** What a client gets for whatever it asks. */
const served = (body: string, contentType: string) => (): Promise<Response> =>
  Promise.resolve(new Response(body, { headers: { 'content-type': contentType } }));
const streamed = (frames: readonly string[]) => served(frames.join(''), responsesStream.contentType);
const sdk = (fetch: () => Promise<Response>): OpenAI =>
  new OpenAI({ apiKey: 'k', baseURL: 'http://gateway.test/v1', maxRetries: 0, fetch });

describe('answerBody', () => {
  it('is an answer that its own dialect reads', () => {
    const body = JSON.parse(answerBody(answer)) as JsonValue;
    expect(body).toMatchObject({ id: 'resp_r1', object: 'response', created_at: 1_700_000_000, model: 'm', store: false });
    expect([...openaiResponses.responseTexts(body)].map(({ text }) => text)).toEqual([answer.text]);
    expect(openaiResponses.finishReason(body)).toBe('completed');
    expect(openaiResponses.usage(body)).toMatchObject({ input: 3, output: 2, cacheRead: 1 });
  });

  it('is one that the SDK reads', async () => {
    const read = await sdk(served(answerBody(answer), 'application/json')).responses.create({ model: 'm', input: 'x' });
    expect([read.output_text, read.status, read.usage?.total_tokens]).toEqual([answer.text, 'completed', 5]);
  });
});

describe('answerFrames', () => {
  it('litellm#22102: streams every event that clients wait for, in their order, each whole and by its name', () => {
    const frames = answerFrames(answer);
    for (const frame of frames) expect(frame).toMatch(/^event: ([a-z_.]+)\ndata: \{"type":"\1",[^\n]+\}\n\n$/);
    const events = parsed(frames);
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual([...events.keys()]);
    expect(events.at(-1)?.response).toEqual(JSON.parse(answerBody(answer)));
  });

  it('is a stream that its own observer and texts read', () => {
    const observer = new ResponsesStreamObserver();
    const contents = answerFrames(answer).map((frame) => {
      const text = Buffer.from(frame).toString('latin1');
      observer.chunk(text);
      observer.frame(0, text.length);
      return observer.content;
    });
    expect(contents.indexOf(true)).toBe(2);
    expect([observer.done, observer.finishReason(), observer.usage()?.output]).toEqual([true, 'completed', 2]);
    const texts = parsed(answerFrames(answer)).flatMap(eventTexts);
    expect(texts.filter(({ text }) => text === answer.text)).toHaveLength(5);
  });

  it("is one that the SDK's helper takes for complete", async () => {
    const stream = sdk(streamed(answerFrames(answer))).responses.stream({ model: 'm', input: 'x' });
    const deltas: string[] = [];
    stream.on('response.output_text.delta', ({ delta }) => deltas.push(delta));
    const final = await stream.finalResponse();
    expect(deltas.join('')).toBe(answer.text);
    expect([final.id, final.output_text, final.status, final.usage?.input_tokens]).toEqual(['resp_r1', answer.text, 'completed', 3]);
  });

  it('is one that the AI SDK, which checks every event, takes without an error', async () => {
    const model = createOpenAI({
      apiKey: 'k',
      baseURL: 'http://gateway.test/v1',
      fetch: streamed(answerFrames({ ...answer, usage: undefined })),
    });
    const errors: unknown[] = [];
    const result = streamText({ model: model.responses('m'), prompt: 'x', maxRetries: 0, onError: ({ error }) => void errors.push(error) });
    expect(await result.text).toBe(answer.text);
    expect(await result.finishReason).toBe('stop');
    expect(errors).toEqual([]);
  });
});

describe('the error frame', () => {
  const broken = [...answerFrames(answer).slice(0, 5), responsesStream.errorFrame(gatewayError('GW_UPSTREAM_TRUNCATED'), 'req_1')];

  it('makes the SDK throw, with the code', async () => {
    const read = async (): Promise<void> => {
      for await (const _ of await sdk(streamed(broken)).responses.create({ model: 'm', input: 'x', stream: true }));
    };
    await expect(read()).rejects.toMatchObject({ code: 'GW_UPSTREAM_TRUNCATED' });
  });

  it('makes the AI SDK report an error', async () => {
    const model = createOpenAI({ apiKey: 'k', baseURL: 'http://gateway.test/v1', fetch: streamed(broken) });
    const errors: unknown[] = [];
    const result = streamText({ model: model.responses('m'), prompt: 'x', maxRetries: 0, onError: ({ error }) => void errors.push(error) });
    await result.consumeStream();
    expect(JSON.stringify(errors)).toContain('broke off its answer');
  });
});
