import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, embed, embedMany, generateText, isStepCount, Output, RetryError, streamText, tool } from 'ai';
import { describe, expect, it } from 'vitest';
import { z } from '../../../core/src/plugin.ts';
import { vectorOf } from '../../contract/src/simulated/embeddings.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { manners, refusing, sdkHost } from '../support/sdk-host.ts';

leavesNothing();

function gatewayOf(baseURL: string, options: { includeUsage?: boolean } = {}) {
  return createOpenAICompatible({ name: 'gateway', baseURL, apiKey: 'gw_of-the-client', supportsStructuredOutputs: true, ...options });
}

const prompt = 'Call 555-0199 🙂 é.';
const answer = '[simulated] You said: Call 555-0199 🙂 é.';
const toolPrompt = 'Use the tool for "Zürich" 8001 \\ now.';

async function caught(action: () => PromiseLike<unknown>): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** A tool that keeps what it is given. */
function weatherTool(calls: unknown[]) {
  return tool({
    description: 'The weather of a place.',
    inputSchema: z.object({ place: z.string(), days: z.number() }),
    execute: async (given) => {
      calls.push(given);
      return 'Sunny, 21 degrees.';
    },
  });
}

describe.each(manners)('the AI SDK, $manner', ({ plugins, said }) => {
  it('generateText: text, reason to finish, usage, response', async () => {
    const { baseURL } = await sdkHost({ plugins });
    const result = await generateText({ model: gatewayOf(baseURL)('chat'), prompt });
    expect(result.text).toBe(said(answer));
    expect(result.finishReason).toBe('stop');
    expect(result.usage).toMatchObject({ inputTokens: 7, outputTokens: 7, totalTokens: 14 });
    expect(result.response.headers?.['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([true, false])('streamText, includeUsage %s: the pieces are the answer; usage comes to who asks', async (includeUsage) => {
    const { baseURL, provider, ended } = await sdkHost({ plugins });
    const result = streamText({ model: gatewayOf(baseURL, { includeUsage })('chat'), prompt });
    const pieces: string[] = [];
    for await (const piece of result.textStream) pieces.push(piece);
    expect(pieces.join('')).toBe(said(answer));
    expect(pieces.length).toBeGreaterThan(3);
    expect(await result.finishReason).toBe('stop');
    expect((await result.usage).outputTokens).toBe(includeUsage ? 7 : undefined);
    expect(String(provider.requests[0]?.body)).toContain('"include_usage":true'); // the gateway asks in any case
    await ended('answered');
  });

  it('generateText with tools: called, and their results come back in the answer', async () => {
    const { baseURL, provider } = await sdkHost({ plugins });
    const calls: unknown[] = [];
    const result = await generateText({
      model: gatewayOf(baseURL)('chat'),
      prompt: toolPrompt,
      tools: { weather: weatherTool(calls) },
      stopWhen: isStepCount(3),
    });
    expect(calls).toEqual([{ place: said(toolPrompt), days: 42 }]);
    expect(result.text).toBe(said('[simulated] The tool said: Sunny, 21 degrees.'));
    expect(provider.requests).toHaveLength(2);
  });

  it('streamText with tools: arguments arrive in pieces', async () => {
    const { baseURL } = await sdkHost({ plugins });
    const calls: unknown[] = [];
    const result = streamText({
      model: gatewayOf(baseURL)('chat'),
      prompt: toolPrompt,
      tools: { weather: weatherTool(calls) },
      stopWhen: isStepCount(3),
    });
    const kinds: string[] = [];
    for await (const { type } of result.fullStream) kinds.push(type);
    expect(kinds).not.toContain('error');
    expect(kinds.filter((kind) => kind === 'tool-input-delta').length).toBeGreaterThan(3);
    expect(calls).toEqual([{ place: said(toolPrompt), days: 42 }]);
    expect(await result.text).toBe(said('[simulated] The tool said: Sunny, 21 degrees.'));
  });

  it('an object by a schema, whole and streamed', async () => {
    const { baseURL, provider } = await sdkHost({ plugins });
    const output = Output.object({ schema: z.object({ place: z.string(), open: z.boolean() }) });
    const whole = await generateText({ model: gatewayOf(baseURL)('chat'), prompt, output });
    expect(whole.output).toEqual({ place: 'simulated', open: true });
    const streamed = streamText({ model: gatewayOf(baseURL)('chat'), prompt, output });
    for await (const _part of streamed.partialOutputStream);
    expect(await streamed.output).toEqual({ place: 'simulated', open: true });
    expect(String(provider.requests[0]?.body)).toContain('"json_schema"');
  });

  it('embed and embedMany', async () => {
    const { baseURL } = await sdkHost({ plugins });
    const model = gatewayOf(baseURL).embeddingModel('embed');
    const one = await embed({ model, value: 'Room 12' });
    expect(one.embedding).toEqual([...vectorOf(said('Room 12'), 16)]);
    expect(one.usage.tokens).toBe(2);
    const many = await embedMany({ model, values: ['Room 12', 'é'] });
    expect(many.embeddings).toEqual([said('Room 12'), 'é'].map((text) => [...vectorOf(text, 16)]));
  });

  it('an error inside a stream is a part of it, after what came before; the broken connection says so again', async () => {
    const { baseURL } = await sdkHost({ plugins });
    for (const [model, words] of [
      ['error-event', 'reported an error inside its answer'],
      ['cut', 'broke off its answer'],
    ] as const) {
      const result = streamText({ model: gatewayOf(baseURL)(`sim/${model}`), prompt, maxRetries: 0, onError: () => {} });
      let text = '';
      const errors: unknown[] = [];
      const thrown = await caught(async () => {
        for await (const part of result.fullStream) {
          if (part.type === 'text-delta') text += part.text;
          if (part.type === 'error') errors.push(part.error);
        }
      });
      expect(text).not.toBe('');
      expect(said(answer).startsWith(text)).toBe(true);
      expect(errors).toMatchObject([{ message: expect.stringContaining(words) }]);
      expect(APICallError.isInstance(thrown)).toBe(true);
    }
  });

  it('an abort ends a stream, here and at the provider', async () => {
    const { baseURL, ended } = await sdkHost({ plugins });
    const leaving = new AbortController();
    const result = streamText({ model: gatewayOf(baseURL)('sim/stall'), prompt, abortSignal: leaving.signal });
    const kinds: string[] = [];
    for await (const { type } of result.fullStream) {
      kinds.push(type);
      if (type === 'text-delta') leaving.abort();
    }
    expect(kinds.at(-1)).toBe('abort');
    await ended('aborted');
  });

  it('an abort ends a call that waits for its answer', async () => {
    const { baseURL, asked, ended } = await sdkHost({ plugins });
    const leaving = new AbortController();
    const call = caught(() => generateText({ model: gatewayOf(baseURL)('sim/silent'), prompt, abortSignal: leaving.signal }));
    await asked(1);
    leaving.abort();
    expect(await call).toMatchObject({ name: 'AbortError' });
    await ended('aborted');
  });
});

describe('the AI SDK', () => {
  it.each([
    [401, false],
    [402, false],
    [403, false],
    [429, true], // it knows the status and no header that says otherwise
  ])('a refusal with %i is an APICallError with what the gateway says', async (status, isRetryable) => {
    const refusal = { status, code: 'OFFICE_CLOSED', message: 'Come back on Monday.' };
    const { baseURL, provider } = await sdkHost({ plugins: [refusing(refusal)] });
    const error = await caught(() => generateText({ model: gatewayOf(baseURL)('chat'), prompt, maxRetries: 0 }));
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode: status, message: 'Come back on Monday.', isRetryable });
    expect(provider.requests).toHaveLength(0);
  });

  it('a final refusal is not tried again', async () => {
    const refusal = { status: 403, code: 'OFFICE_CLOSED', message: 'Come back on Monday.' };
    const { baseURL, provider } = await sdkHost({ plugins: [refusing(refusal)] });
    expect(await caught(() => generateText({ model: gatewayOf(baseURL)('chat'), prompt }))).toMatchObject({ statusCode: 403 });
    expect(provider.requests).toHaveLength(0); // the second request would have passed
  });

  it('waits as long as it is told, then tries again', async () => {
    const busy = { status: 429, code: 'BUSY', message: 'Wait.', retryable: true, headers: { 'retry-after': '1', 'retry-after-ms': '50' } };
    const { baseURL } = await sdkHost({ plugins: [refusing(busy)] });
    expect((await generateText({ model: gatewayOf(baseURL)('chat'), prompt })).text).toBe(answer);
  });

  it('the provider’s failures: tried again where that can help, told in the gateway’s words', async () => {
    const { baseURL, provider } = await sdkHost();
    const model = gatewayOf(baseURL);
    expect(await caught(() => generateText({ model: model('sim/fail-400'), prompt }))).toMatchObject({
      statusCode: 400,
      data: { error: { code: 'context_length_exceeded' } },
    });
    expect(provider.requests).toHaveLength(1);
    const error = await caught(() => generateText({ model: model('sim/fail-500'), prompt, maxRetries: 0 }));
    expect(error).toMatchObject({ statusCode: 502, isRetryable: true, message: expect.stringContaining('status 500') });
    expect(RetryError.isInstance(error)).toBe(false);
  });

  it('an unknown model names those there are', async () => {
    const { baseURL } = await sdkHost();
    const error = await caught(() => embed({ model: gatewayOf(baseURL).embeddingModel('nobody'), value: 'x' }));
    expect(error).toMatchObject({ statusCode: 404, message: expect.stringContaining('chat, embed, sim/gpt-sim') });
  });
});
