import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { describe, expect, it } from 'vitest';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import { z } from '../../../core/src/plugin.ts';
import { vectorOf } from '../../contract/src/simulated/embeddings.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { manners, refusing, sdkHost } from '../support/sdk-host.ts';

leavesNothing();

function client(baseURL: string, options: Partial<ConstructorParameters<typeof OpenAI>[0]> = {}): OpenAI {
  return new OpenAI({ baseURL, apiKey: 'gw_of-the-client', ...options });
}

const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Call 555-0199 🙂 é.' }];
const answer = '[simulated] You said: Call 555-0199 🙂 é.';
const uuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

const weather = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'The weather of a place.',
    parameters: { type: 'object', properties: { place: { type: 'string' }, days: { type: 'integer' } }, required: ['place', 'days'] },
  },
} as const;
const toolQuestion: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Use the tool for "Zürich" 8001 \\ now.' }];

async function caught(action: () => Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError> & Record<string, unknown>> {
  try {
    await action();
  } catch (error) {
    return error as InstanceType<typeof OpenAI.APIError> & Record<string, unknown>;
  }
  throw new Error('nothing was thrown');
}

describe.each(manners)('the OpenAI SDK, $manner', ({ plugins, said }) => {
  it('creates a chat completion', async () => {
    const { baseURL, provider } = await sdkHost({ plugins });
    const completion = await client(baseURL).chat.completions.create({ model: 'chat', messages });
    expect(completion.choices[0]).toMatchObject({ message: { role: 'assistant', content: said(answer) }, finish_reason: 'stop' });
    expect(completion.usage).toMatchObject({ prompt_tokens: 7, completion_tokens: 7, total_tokens: 14 });
    expect(completion._request_id).toMatch(uuid);
    expect(provider.requests[0]?.headers.authorization).toBe('Bearer sk-operators-own');
  });

  it('hands over the response beside the data', async () => {
    const { baseURL } = await sdkHost({ plugins });
    const { data, response, request_id } = await client(baseURL).chat.completions.create({ model: 'chat', messages }).withResponse();
    expect(data.choices[0]?.message.content).toBe(said(answer));
    expect(request_id).toBe(response.headers.get('x-request-id'));
    expect(request_id).toMatch(uuid);
  });

  it('streams: the pieces are the answer, each chunk has a choice, and nothing tells of usage that was not asked for', async () => {
    const { baseURL, ended } = await sdkHost({ plugins });
    const stream = await client(baseURL).chat.completions.create({ model: 'chat', messages, stream: true });
    let text = '';
    const finishes: unknown[] = [];
    for await (const chunk of stream) {
      expect(chunk).not.toHaveProperty('usage');
      const [choice] = chunk.choices as [OpenAI.ChatCompletionChunk.Choice]; // as user code does, unchecked
      text += choice.delta.content ?? '';
      if (choice.finish_reason !== null) finishes.push(choice.finish_reason);
    }
    expect(text).toBe(said(answer));
    expect(finishes).toEqual(['stop']);
    await ended('answered');
  });

  it('streams usage to who asks: null keys, then one chunk without choices', async () => {
    const { baseURL } = await sdkHost({ plugins });
    const stream = await client(baseURL).chat.completions.create({
      model: 'chat',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const usages: unknown[] = [];
    for await (const { usage, choices } of stream) {
      usages.push(usage);
      expect(choices).toHaveLength(usage ? 0 : 1);
    }
    expect(usages.slice(0, -1).every((usage) => usage === null)).toBe(true);
    expect(usages.at(-1)).toMatchObject({ prompt_tokens: 7, completion_tokens: 7 });
  });

  it('stream(): its accumulator ends at what create() gives', async () => {
    const { baseURL } = await sdkHost({ plugins });
    const openai = client(baseURL);
    for (const n of [1, 3]) {
      const whole = await openai.chat.completions.create({ model: 'chat', messages, n });
      const events: string[] = [];
      const stream = openai.chat.completions.stream({ model: 'chat', messages, n, stream_options: { include_usage: true } });
      stream.on('content.delta', ({ delta }) => events.push(delta)).on('content.done', ({ content }) => events.push(`= ${content}`));
      const final = await stream.finalChatCompletion();
      const texts = ({ choices }: typeof whole): unknown[] =>
        choices.map(({ index, message: { content, role }, finish_reason }) => ({ index, content, role, finish_reason }));
      expect(texts(final)).toEqual(texts(whole));
      expect(final.usage).toEqual(whole.usage);
      if (n === 1) expect(events.at(-1)).toBe(`= ${said(answer)}`);
      expect(events.length).toBeGreaterThan(3); // it came in pieces
    }
  });

  it('parse(): an answer by a schema', async () => {
    const { baseURL } = await sdkHost({ plugins });
    const schema = z.object({ place: z.string(), open: z.boolean(), kind: z.enum(['visit', 'call']) });
    const completion = await client(baseURL).chat.completions.parse({
      model: 'chat',
      messages,
      response_format: zodResponseFormat(schema, 'visit'),
    });
    expect(completion.choices[0]?.message.parsed).toEqual({ place: 'simulated', open: true, kind: 'visit' });
  });

  it('tools: calls with their arguments, whole', async () => {
    const { baseURL } = await sdkHost({ plugins });
    const completion = await client(baseURL).chat.completions.create({ model: 'chat', messages: toolQuestion, tools: [weather] });
    expect(completion.choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: null } });
    const call = completion.choices[0]?.message.tool_calls?.[0] as OpenAI.ChatCompletionMessageFunctionToolCall;
    expect(call).toMatchObject({ id: 'call_sim_0_0', type: 'function', function: { name: 'weather' } });
    expect(JSON.parse(call.function.arguments)).toEqual({ place: said('Use the tool for "Zürich" 8001 \\ now.'), days: 42 });
  });

  it('tools: several calls in a stream, their arguments in pieces between each other', async () => {
    const { baseURL } = await sdkHost({ plugins });
    const clock = {
      type: 'function',
      function: { name: 'clock', parameters: { type: 'object', properties: { zone: { type: 'string' } } } },
    } as const;
    const stream = client(baseURL).chat.completions.stream({ model: 'chat', messages: toolQuestion, tools: [weather, clock] });
    const message = await stream.finalMessage();
    const words = said('Use the tool for "Zürich" 8001 \\ now.');
    expect(
      (message.tool_calls as OpenAI.ChatCompletionMessageFunctionToolCall[]).map(({ id, function: { name, arguments: json } }) => [
        id,
        name,
        JSON.parse(json),
      ]),
    ).toEqual([
      ['call_sim_0_0', 'weather', { place: words, days: 42 }],
      ['call_sim_0_1', 'clock', { zone: words }],
    ]);
  });

  it.each([false, true])('runTools(), stream %s: the tool is called and its result comes back in the answer', async (stream) => {
    const { baseURL, provider } = await sdkHost({ plugins });
    const calls: unknown[] = [];
    const tools = [
      {
        type: 'function' as const,
        function: {
          name: 'weather',
          description: 'The weather of a place.',
          parameters: weather.function.parameters as object,
          parse: (json: string): object => JSON.parse(json) as object,
          function: (given: object): string => {
            calls.push(given);
            return 'Sunny, 21 degrees.';
          },
        },
      },
    ];
    const { completions } = client(baseURL).chat;
    const runner = stream
      ? completions.runTools({ model: 'chat', messages: toolQuestion, tools, stream: true })
      : completions.runTools({ model: 'chat', messages: toolQuestion, tools });
    expect(await runner.finalContent()).toBe(said('[simulated] The tool said: Sunny, 21 degrees.'));
    expect(calls).toEqual([{ place: said('Use the tool for "Zürich" 8001 \\ now.'), days: 42 }]);
    expect(provider.requests).toHaveLength(2);
    const sent = JSON.parse(String(provider.requests[1]?.body)) as { messages: { role: string; content: string }[] };
    expect(sent.messages.at(-1)).toMatchObject({ role: 'tool', content: said('Sunny, 21 degrees.') });
  });

  it('embeddings: base64 by default, floats on request, one or many', async () => {
    const { baseURL, provider } = await sdkHost({ plugins });
    const openai = client(baseURL);
    const input = ['Room 12', 'é'];
    const expected = input.map((text) => [...vectorOf(said(text), 16)]);
    const byDefault = await openai.embeddings.create({ model: 'embed', input });
    expect(byDefault.data.map(({ embedding }) => embedding)).toEqual(expected);
    expect(provider.requests[0]?.body.toString()).toContain('"encoding_format":"base64"');
    const floats = await openai.embeddings.create({ model: 'embed', input, encoding_format: 'float' });
    expect(floats.data.map(({ embedding }) => embedding)).toEqual(expected);
    const one = await openai.embeddings.create({ model: 'embed', input: 'é', dimensions: 3 });
    expect(one.data[0]?.embedding).toEqual([...vectorOf('é', 3)]);
    expect(one.usage.prompt_tokens).toBe(1);
    const tokens = await openai.embeddings.create({ model: 'embed', input: [[1, 2, 3]] });
    expect(tokens.data[0]?.embedding).toHaveLength(16);
  });

  it('break ends the stream, here and at the provider', async () => {
    const { baseURL, ended } = await sdkHost({ plugins });
    const stream = await client(baseURL).chat.completions.create({ model: 'sim/stall', messages, stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    await ended('aborted');
  });

  it('an AbortSignal ends a stream while it is silent', async () => {
    const { baseURL, ended } = await sdkHost({ plugins });
    const leaving = new AbortController();
    const stream = await client(baseURL).chat.completions.create(
      { model: 'sim/stall', messages, stream: true },
      { signal: leaving.signal },
    );
    let pieces = 0;
    for await (const _chunk of stream) {
      pieces += 1;
      if (pieces === 3) leaving.abort(); // nothing follows
    }
    expect(pieces).toBe(3);
    await ended('aborted');
  });

  it.each([false, true])('an AbortSignal ends a call that waits for its answer, stream %s', async (stream) => {
    const { baseURL, asked, ended } = await sdkHost({ plugins });
    const leaving = new AbortController();
    const call = caught(() =>
      client(baseURL).chat.completions.create({ model: 'sim/silent', messages, stream }, { signal: leaving.signal }),
    );
    await asked(1);
    leaving.abort();
    expect(await call).toBeInstanceOf(OpenAI.APIUserAbortError);
    await ended('aborted');
  });

  it('its time limit ends a call, here and at the provider', async () => {
    const { baseURL, provider, ended } = await sdkHost({ plugins });
    const openai = client(baseURL, { timeout: 300, maxRetries: 0 });
    expect(await caught(() => openai.chat.completions.create({ model: 'sim/silent', messages }))).toBeInstanceOf(
      OpenAI.APIConnectionTimeoutError,
    );
    expect(provider.requests).toHaveLength(1);
    await ended('aborted');
  });

  it.each([
    ['error-event', 'GW_UPSTREAM_STREAM_ERROR'],
    ['cut', 'GW_UPSTREAM_TRUNCATED'],
  ])('an error inside a stream (%s) is thrown where the stream is read, after what came before', async (model, code) => {
    const { baseURL } = await sdkHost({ plugins });
    let text = '';
    const error = await caught(async () => {
      const stream = await client(baseURL).chat.completions.create({ model: `sim/${model}`, messages, stream: true });
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    });
    expect(error).toBeInstanceOf(OpenAI.APIError);
    expect(error).toMatchObject({ code, status: undefined });
    expect(said(answer).startsWith(text)).toBe(true);
    expect(text).not.toBe('');
    const helper = client(baseURL).chat.completions.stream({ model: `sim/${model}`, messages });
    expect(await caught(() => helper.finalChatCompletion())).toMatchObject({ code });
  });

  it('a stream that goes silent is ended by the gateway’s limit, with an error', async () => {
    const { baseURL, ended } = await sdkHost({ plugins, timeouts: { idleMs: 200 } });
    const error = await caught(async () => {
      for await (const _chunk of await client(baseURL).chat.completions.create({ model: 'sim/stall', messages, stream: true }));
    });
    expect(error).toMatchObject({ code: 'GW_UPSTREAM_TIMEOUT' });
    await ended('aborted');
  });

  it('comments that keep a slow stream alive are no chunks', async () => {
    const { baseURL } = await sdkHost({ plugins, timeouts: { heartbeatMs: 20 } });
    const stream = client(baseURL).chat.completions.stream({ model: 'sim/slow', messages });
    expect(await stream.finalContent()).toBe(said(answer));
  });

  it('a stream without [DONE] is whole', async () => {
    const { baseURL } = await sdkHost({ plugins });
    expect(await client(baseURL).chat.completions.stream({ model: 'sim/no-done', messages }).finalContent()).toBe(said(answer));
  });
});

describe('the OpenAI SDK', () => {
  it('lists models, and finds one by its name, slashes and all', async () => {
    const { baseURL } = await sdkHost();
    const openai = client(baseURL);
    const ids: string[] = [];
    for await (const { id } of openai.models.list()) ids.push(id);
    expect(ids).toEqual(['chat', 'embed', 'sim/gpt-sim', 'sim/embed-sim']);
    expect(await openai.models.retrieve('sim/gpt-sim')).toMatchObject({ id: 'sim/gpt-sim', object: 'model', owned_by: 'sim' });
    expect(await openai.models.retrieve('chat')).toMatchObject({ id: 'chat', owned_by: 'gateway' });
    expect(await caught(() => openai.models.retrieve('sim/unknown'))).toBeInstanceOf(OpenAI.NotFoundError);
  });

  it('keeps a query of its base URL', async () => {
    const queries: string[] = [];
    const reader = definePlugin({ name: 'reader', create: () => ({ onRequest: ({ query }) => void queries.push(query) }) });
    const { baseURL } = await sdkHost({ plugins: [reader()] });
    const openai = client(`${baseURL}?tenant=1`);
    await openai.chat.completions.create({ model: 'chat', messages });
    await openai.models.retrieve('sim/gpt-sim');
    await client(`${baseURL}/`).embeddings.create({ model: 'embed', input: 'x' });
    expect(queries).toEqual(['tenant=1', 'tenant=1', '']);
  });

  describe('throws the class of each error', () => {
    const refusals = [
      [401, OpenAI.AuthenticationError, 'authentication_error'],
      [402, OpenAI.APIError, 'insufficient_quota'],
      [403, OpenAI.PermissionDeniedError, 'permission_error'],
      [404, OpenAI.NotFoundError, 'invalid_request_error'],
      [409, OpenAI.ConflictError, 'invalid_request_error'],
      [422, OpenAI.UnprocessableEntityError, 'invalid_request_error'],
      [429, OpenAI.RateLimitError, 'rate_limit_error'],
    ] as const;

    it.each(refusals)('a plugin’s refusal with %i is final: one request', async (status, kind, type) => {
      const refusal = { status, code: 'OFFICE_CLOSED', message: 'Come back on Monday.', param: 'model' };
      const { baseURL, provider } = await sdkHost({ plugins: [refusing(refusal, refusal, refusal)] });
      for (const stream of [false, true]) {
        const error = await caught(() => client(baseURL).chat.completions.create({ model: 'chat', messages, stream }));
        expect(error).toBeInstanceOf(kind);
        expect(error).toMatchObject({ status, code: 'OFFICE_CLOSED', type, param: 'model', message: `${status} Come back on Monday.` });
        expect(error.requestID).toMatch(uuid);
      }
      // The third refusal is still to come: neither call was tried again.
      expect(await caught(() => client(baseURL).chat.completions.create({ model: 'chat', messages }))).toMatchObject({ status });
      expect((await client(baseURL).chat.completions.create({ model: 'chat', messages })).choices).toHaveLength(1);
      expect(provider.requests).toHaveLength(1);
    });

    it.each([
      ['fail-400', 400, OpenAI.BadRequestError, 'context_length_exceeded', 1],
      ['fail-401', 502, OpenAI.InternalServerError, 'GW_UPSTREAM_AUTH', 1],
      ['fail-404', 404, OpenAI.NotFoundError, 'model_not_found', 1],
      ['fail-500', 502, OpenAI.InternalServerError, 'GW_UPSTREAM_ERROR', 2],
      ['fail-503', 502, OpenAI.InternalServerError, 'GW_UPSTREAM_ERROR', 2],
      ['html', 502, OpenAI.InternalServerError, 'GW_UPSTREAM_BAD_RESPONSE', 2],
      ['first-event-error', 502, OpenAI.InternalServerError, 'GW_UPSTREAM_STREAM_ERROR', 2],
    ] as const)('the provider’s %s is %i, and tried again only where that can help', async (model, status, kind, code, requests) => {
      const { baseURL, provider } = await sdkHost();
      const openai = client(baseURL, { maxRetries: 1 });
      const error = await caught(() => openai.chat.completions.create({ model: `sim/${model}`, messages, stream: true }));
      expect(error).toBeInstanceOf(kind);
      expect(error).toMatchObject({ status, code });
      expect(error.message).not.toMatch(/sk-simulated|org-Sim|internal\.simulated/);
      expect(provider.requests).toHaveLength(requests);
    });

    it('a whole answer that broke off is an error, not a string', async () => {
      const { baseURL } = await sdkHost();
      const error = await caught(() => client(baseURL, { maxRetries: 0 }).chat.completions.create({ model: 'sim/cut', messages }));
      expect(error).toBeInstanceOf(OpenAI.InternalServerError);
      expect(error).toMatchObject({ status: 502, code: 'GW_UPSTREAM_TRUNCATED' });
    });

    it('F-15: a whole answer that is no JSON is a 502', async () => {
      const { baseURL } = await sdkHost();
      const error = await caught(() => client(baseURL, { maxRetries: 0 }).chat.completions.create({ model: 'sim/bad-json', messages }));
      expect(error).toBeInstanceOf(OpenAI.InternalServerError);
      expect(error).toMatchObject({ status: 502, code: 'GW_UPSTREAM_BAD_RESPONSE' });
    });

    it('F-10: an event that is no JSON never reaches the client', async () => {
      const { baseURL } = await sdkHost();
      const error = await caught(async () => {
        for await (const _chunk of await client(baseURL).chat.completions.create({ model: 'sim/bad-json', messages, stream: true }));
      });
      expect(error).toBeInstanceOf(OpenAI.APIError);
    });

    it('400 for a body that is no chat call', async () => {
      const { baseURL, provider } = await sdkHost();
      const error = await caught(() => client(baseURL).chat.completions.create({ model: 'chat', messages: [] }));
      expect(error).toBeInstanceOf(OpenAI.BadRequestError);
      expect(error).toMatchObject({ code: 'GW_BAD_REQUEST', param: 'messages', type: 'invalid_request_error' });
      expect(provider.requests).toHaveLength(0);
    });

    it('404 for a model nobody has, with those there are', async () => {
      const { baseURL } = await sdkHost();
      const error = await caught(() => client(baseURL).chat.completions.create({ model: 'gpt-9', messages }));
      expect(error).toBeInstanceOf(OpenAI.NotFoundError);
      expect(error).toMatchObject({ code: 'GW_UNKNOWN_MODEL', param: 'model' });
      expect(error.message).toContain('chat, embed, sim/gpt-sim');
    });

    it('413 for a body that is too large, told before the upload is done', async () => {
      const { baseURL, provider } = await sdkHost({ limits: { bodyBytes: 100_000 } });
      for (const size of [100_001, 20_000_000]) {
        const long: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'x'.repeat(size) }];
        const error = await caught(() => client(baseURL).chat.completions.create({ model: 'chat', messages: long }));
        expect(error).toMatchObject({ status: 413, code: 'GW_BODY_TOO_LARGE' });
      }
      expect(provider.requests).toHaveLength(0);
    });

    it('415 for another content type', async () => {
      const { baseURL } = await sdkHost();
      const error = await caught(() =>
        client(baseURL).chat.completions.create({ model: 'chat', messages }, { headers: { 'content-type': 'text/plain' } }),
      );
      expect(error).toMatchObject({ status: 415, code: 'GW_UNSUPPORTED_MEDIA_TYPE' });
    });

    it('429 of the provider, with its wait', async () => {
      const { baseURL } = await sdkHost();
      const error = await caught(() => client(baseURL, { maxRetries: 0 }).chat.completions.create({ model: 'sim/fail-429', messages }));
      expect(error).toBeInstanceOf(OpenAI.RateLimitError);
      expect(error.headers?.get('retry-after')).toBe('2');
      expect(error.headers?.get('retry-after-ms')).toBe('2000');
    });

    it('503 while the gateway cannot take requests', async () => {
      const failing = definePlugin({
        name: 'failing',
        create: () => ({
          start: () => {
            throw new Error('no');
          },
        }),
      });
      const { baseURL } = await sdkHost({ plugins: [failing()] });
      const error = await caught(() => client(baseURL, { maxRetries: 0 }).chat.completions.create({ model: 'chat', messages }));
      expect(error).toBeInstanceOf(OpenAI.InternalServerError);
      expect(error).toMatchObject({ status: 503, code: 'GW_NOT_READY' });
    });
  });

  it('tries again when it is told that this can help, after the wait it is told', async () => {
    const busy = { status: 429, code: 'BUSY', message: 'Wait.', retryable: true, headers: { 'retry-after': '30', 'retry-after-ms': '40' } };
    const { baseURL, provider } = await sdkHost({ plugins: [refusing(busy, busy)] });
    const began = performance.now();
    const completion = await client(baseURL).chat.completions.create({ model: 'chat', messages });
    expect(completion.choices[0]?.message.content).toBe(answer);
    expect(performance.now() - began).toBeGreaterThanOrEqual(80);
    expect(provider.requests).toHaveLength(1);
  });

  it('gets a text and its usage from a plugin that answers in the provider’s place', async () => {
    const answering = definePlugin({
      name: 'answering',
      create: () => ({ beforeRoute: (context) => context.answer({ text: 'Not 🙂 today.\n', usage: usage(3, 4) }) }),
    });
    const usage = (input: number, output: number) => ({
      input,
      output,
      cacheRead: undefined,
      cacheWrite: undefined,
      reasoning: undefined,
      raw: undefined,
    });
    const { baseURL, provider } = await sdkHost({ plugins: [answering()] });
    const openai = client(baseURL);
    const whole = await openai.chat.completions.create({ model: 'chat', messages });
    expect(whole.choices[0]).toMatchObject({ message: { content: 'Not 🙂 today.\n', role: 'assistant' }, finish_reason: 'stop' });
    const streamed = await openai.chat.completions
      .stream({ model: 'chat', messages, stream_options: { include_usage: true } })
      .finalChatCompletion();
    expect(streamed.choices[0]).toMatchObject({ message: { content: 'Not 🙂 today.\n' }, finish_reason: 'stop' });
    expect(streamed.usage).toEqual({ prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 });
    expect(whole.usage).toEqual(streamed.usage);
    expect(await openai.chat.completions.stream({ model: 'chat', messages }).finalContent()).toBe('Not 🙂 today.\n');
    expect(provider.requests).toHaveLength(0);
  });
});
