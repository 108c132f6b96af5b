import Anthropic from 'anthropic-sdk-0';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { definePlugin, GatewayError } from '../../../core/src/plugin.ts';
import { anthropic } from '../../../core/src/providers/anthropic/anthropic.ts';
import { google } from '../../../core/src/providers/google/google.ts';
import { openai } from '../../../core/src/providers/openai/openai.ts';
import type { AgentRequest } from '../../../examples/coding-agents/src/agents/agent-request.ts';
import { claudeCode, listModels } from '../../../examples/coding-agents/src/agents/claude-code.ts';
import { codex } from '../../../examples/coding-agents/src/agents/codex.ts';
import { geminiCli } from '../../../examples/coding-agents/src/agents/gemini-cli.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { postBytes } from '../support/bytes.ts';
import { type ClientFormat, formats, formatsHost, modelOf } from './providers.ts';
import { bodyOf, headerOf, json, type ScriptedHost, scriptedHost, scriptedStream, streaming } from './scripted.ts';

// Coding agents: large bodies of every field there is, on which a provider's prompt cache and the agent's own recovery depend.
// Their requests are those of examples/coding-agents.

leavesNothing();

const key = 'gw_of-the-agent';
const text = 'Fix "Zürich" 🙂 \\ now.';
const operators = 'sk-operators-own';

/** The agents at their own vendors' formats, as the vendors' own providers are configured. */
const agents = [
  {
    agent: 'Claude Code',
    format: 'anthropic-messages' as const,
    base: '',
    request: (model: string) => claudeCode({ key, model, text }),
    model: 'claude-sonnet-4-5',
    upstreamPath: '/v1/messages',
    credential: ['x-api-key', operators],
  },
  {
    agent: 'Codex CLI',
    format: 'openai-responses' as const,
    base: '/v1',
    request: (model: string) => codex({ key, model, text }),
    model: 'gpt-5-codex',
    upstreamPath: '/v1/responses',
    credential: ['authorization', `Bearer ${operators}`],
  },
  {
    agent: 'Gemini CLI',
    format: 'google-generate-content' as const,
    base: '',
    request: (model: string) => geminiCli({ key, model, text }),
    model: 'gemini-3-flash',
    upstreamPath: '/v1beta/models/gemini-3-flash:streamGenerateContent?alt=sse',
    credential: ['x-goog-api-key', operators],
  },
];

/** Aliases named as the agents name models, at one server that is all three vendors. */
function vendorsHost(answer: Parameters<typeof scriptedHost>[0], more: object = {}): Promise<ScriptedHost> {
  return scriptedHost(answer, (url) => ({
    providers: [
      anthropic({ apiKey: operators, baseUrl: url }),
      openai({ apiKey: operators, baseUrl: `${url}/v1` }),
      google({ apiKey: operators, baseUrl: `${url}/v1beta` }),
    ],
    models: {
      'claude-sonnet-4-5': 'anthropic/claude-sonnet-4-5',
      'gpt-5-codex': 'openai/gpt-5-codex',
      'gemini-3-flash': 'google/gemini-3-flash',
    },
    ...more,
  }));
}

function send(origin: string, base: string, { path, headers, body = '' }: AgentRequest): ReturnType<typeof postBytes> {
  return postBytes(`${origin}${base}${path}`, body, headers);
}

describe.each(agents)('$agent, with its own provider', ({ format, base, request, model, upstreamPath, credential }) => {
  it('what it sends arrives byte for byte, with the operator’s key and no trace of its own', async () => {
    const { origin, upstream } = await vendorsHost(streaming(scriptedStream(format, 'Fine.')));
    const sent = request(model);
    expect(sent.body?.length).toBeGreaterThan(30_000);
    expect((await send(origin, base, sent)).status).toBe(200);
    const [got] = upstream.requests;
    expect(got?.body.equals(Buffer.from(sent.body ?? ''))).toBe(true);
    expect(got?.path).toBe(upstreamPath);
    const [name = '', value] = credential;
    expect(headerOf(got, name)).toBe(value);
    expect(JSON.stringify(got?.rawHeaders)).not.toContain(key);
  });

  it('an alias of another name changes the model’s name and not one byte besides', async () => {
    const target = { 'anthropic-messages': 'anthropic', 'openai-responses': 'openai', 'google-generate-content': 'google' }[format];
    const { origin, upstream } = await vendorsHost(streaming(scriptedStream(format, 'Fine.')), {
      models: { [model]: `${target}/other-1` },
    });
    const sent = request(model);
    await send(origin, base, sent);
    expect(upstream.lastBody).toBe(sent.body?.replace(`"model":"${model}"`, '"model":"other-1"'));
    expect(`${upstream.requests[0]?.path}${upstream.lastBody}`).not.toContain(model);
  });

  it('gets its stream byte for byte', async () => {
    const stream = scriptedStream(format, 'Fine', ' 🙂', ' "Zürich"\\');
    const { origin } = await vendorsHost(streaming(stream));
    const { body, complete, headers } = await send(origin, base, request(model));
    expect(body.toString('utf8')).toBe(stream);
    expect(complete).toBe(true);
    expect(headers['content-type']).toMatch(/^text\/event-stream/);
    expect(headers['x-gateway-dropped']).toBeUndefined();
  });

  it.each([400, 404, 413])('a refusal of the request (%i) is asked once, and not to be repeated', async (status) => {
    const { origin, upstream } = await vendorsHost(
      json({ type: 'error', error: { type: 'invalid_request_error', code: 400, message: 'prompt is too long: 203113 tokens' } }, status),
    );
    const answer = await send(origin, base, request(model));
    expect(answer.status).toBe(status);
    expect(answer.headers['x-should-retry']).toBe('false');
    expect(answer.body.toString()).toContain('prompt is too long: 203113 tokens'); // agents compact by these words
    expect(upstream.requests).toHaveLength(1);
  });

  it('a policy’s 403 asks nobody, and is not to be repeated', async () => {
    const closed = definePlugin({
      name: 'closed',
      create: () => ({
        beforeRoute() {
          throw new GatewayError({ status: 403, code: 'OFFICE_CLOSED', message: 'The office is closed.' });
        },
      }),
    });
    const { origin, upstream } = await vendorsHost(streaming(scriptedStream(format, 'Fine.')), { plugins: [closed()] });
    const answer = await send(origin, base, request(model));
    expect([answer.status, answer.headers['x-should-retry']]).toEqual([403, 'false']);
    expect(answer.body.toString()).toContain('The office is closed.');
    expect(upstream.requests).toHaveLength(0);
  });

  it('a rate limit says when to come back, in both headers', async () => {
    const { origin } = await vendorsHost((res) => void res.writeHead(429, { 'retry-after': '2' }).end('{"error":{"message":"slow"}}'));
    const answer = await send(origin, base, request(model));
    expect([answer.status, answer.headers['retry-after'], answer.headers['retry-after-ms']]).toEqual([429, '2', '2000']);
    expect(answer.headers['x-should-retry']).toBeUndefined();
  });
});

describe('Claude Code', () => {
  it('its betas and its version reach the provider verbatim (litellm#15299)', async () => {
    const { origin, upstream } = await vendorsHost(streaming(scriptedStream('anthropic-messages', 'Fine.')));
    const sent = claudeCode({ key, model: 'claude-sonnet-4-5', text });
    await send(origin, '', sent);
    for (const name of ['anthropic-beta', 'anthropic-version']) expect(headerOf(upstream.requests[0], name)).toBe(sent.headers[name]);
  });

  it('lists the models in Anthropic’s shape', async () => {
    const { origin } = await vendorsHost(json({}));
    const { path, headers } = listModels(key);
    const answer = await fetch(`${origin}${path}`, { headers });
    const { data, has_more: hasMore } = (await answer.json()) as {
      readonly data: readonly Anthropic.ModelInfo[];
      readonly has_more: boolean;
    };
    expect(data.map(({ type, id }) => [type, id])).toContainEqual(['model', 'claude-sonnet-4-5']);
    expect(hasMore).toBe(false);
  });

  // What Anthropic alone understands and what makes no other answer; everything else is said in the other format's words.
  const dropped = {
    'openai-chat': 'context_management, system.x-anthropic-billing-header, cache_control, messages[].output_config',
    'openai-responses': 'context_management, system.x-anthropic-billing-header, cache_control, messages[].output_config',
    'google-generate-content':
      'context_management, system.x-anthropic-billing-header, cache_control, messages[].output_config, metadata.user_id, max_tokens',
  };

  it.each(['openai-chat', 'openai-responses', 'google-generate-content'] as const)(
    'works with %s: tools, two rounds, thinking shown; what is dropped is told',
    async (format) => {
      const { origin, provider } = await formatsHost();
      const client = new Anthropic({ baseURL: origin, authToken: key, apiKey: null, maxRetries: 0 });
      const ask = async (history: readonly object[]): Promise<{ message: Anthropic.Beta.BetaMessage; dropped: string | null }> => {
        const { headers, body = '' } = claudeCode({ key, model: modelOf[format], text: 'Hello.', history });
        const parameters = JSON.parse(body) as Anthropic.Beta.MessageCreateParams;
        const stream = client.beta.messages.stream({ ...parameters, stream: true }, { headers: { ...headers } });
        const { response } = await stream.withResponse();
        return { message: await stream.finalMessage(), dropped: response.headers.get('x-gateway-dropped') };
      };
      const history: object[] = [
        { role: 'assistant', content: [{ type: 'text', text: 'Hello.' }] },
        { role: 'user', content: [{ type: 'text', text: 'Use the tool for "Zürich" now.', cache_control: { type: 'ephemeral' } }] },
      ];
      const first = await ask(history);
      expect(first.message.stop_reason).toBe('tool_use');
      const calls = first.message.content.filter((block) => block.type === 'tool_use');
      expect(calls.map(({ name }) => name)).toEqual(['Bash', 'Read']);
      expect(first.message.content[0]?.type).toBe('thinking');
      expect(first.message.usage.output_tokens).toBeGreaterThan(0);
      expect(first.dropped).toBe(dropped[format]);

      const results = calls.map(({ id, name }) => ({ type: 'tool_result', tool_use_id: id, content: `${name}: fine` }));
      const next = await ask([...history, { role: 'assistant', content: first.message.content }, { role: 'user', content: results }]);
      expect(next.message.stop_reason).toBe('end_turn');
      expect(next.message.content.at(-1)).toMatchObject({
        type: 'text',
        text: expect.stringMatching(/The tool said.*Read: fine/) as string,
      });
      expect(provider.requests.at(-1)?.body.length).toBeGreaterThan(35_000); // nothing of it got lost
    },
  );

  it.each(['openai-chat', 'openai-responses', 'google-generate-content'] as const)(
    'the turn that its instructions stand in is still there with %s, and none is empty',
    async (format) => {
      const { origin, upstream } = await scriptedHost(streaming(scriptedStream(format, 'Fine.')));
      await send(origin, '', claudeCode({ key, model: modelOf[format], text }));
      expect(upstream.lastBody).toContain('Working directory: /work dir/');
      expect(upstream.lastBody).toContain(JSON.stringify(text).slice(1, -1));
      expect(upstream.lastBody).not.toMatch(/"(?:text|content)":""/);
      for (const own of ['cache_control', 'context_management', 'adaptive', '"input_schema"']) expect(upstream.lastBody).not.toContain(own);
    },
  );
});

describe('Claude Code, with models of others', () => {
  it('what it allows for an answer (128,000 tokens) is no more than a Gemini gives', async () => {
    const { origin, upstream } = await scriptedHost(streaming(scriptedStream('google-generate-content', 'Fine.')));
    await send(origin, '', claudeCode({ key, model: modelOf['google-generate-content'], text }));
    const { generationConfig } = bodyOf(upstream.requests[0]) as { generationConfig: { maxOutputTokens: number } };
    expect(generationConfig.maxOutputTokens).toBeLessThanOrEqual(65_536);
  });

  it.each(['openai-chat', 'openai-responses', 'google-generate-content'] as const)(
    'its billing header, which would keep every prompt out of the cache of %s, does not go there',
    async (format) => {
      const { origin, upstream } = await scriptedHost(streaming(scriptedStream(format, 'Fine.')));
      await send(origin, '', claudeCode({ key, model: modelOf[format], text }));
      expect(upstream.lastBody).toContain('You are Claude Code');
      expect(upstream.lastBody).not.toContain('x-anthropic-billing-header');
    },
  );

  it('counting tokens where the provider has another format is refused for good: it counts by itself then', async () => {
    const { origin } = await scriptedHost(streaming(''));
    const { headers, body = '' } = claudeCode({ key, model: modelOf['openai-chat'], text });
    const { max_tokens: _most, stream: _stream, ...count } = JSON.parse(body) as Record<string, unknown>;
    const answer = await postBytes(`${origin}/v1/messages/count_tokens?beta=true`, JSON.stringify(count), headers);
    expect(answer.headers['x-should-retry']).toBe('false');
    expect(answer.status).toBeLessThan(500);
  });
});

describe('Codex CLI', () => {
  it.each(['openai-chat', 'anthropic-messages', 'google-generate-content'] as const)(
    'its own tools have no equivalent at %s: a 400 that names them, and nobody is asked',
    async (format) => {
      const { origin, upstream } = await scriptedHost(streaming(scriptedStream(format, 'Fine.')));
      const answer = await send(origin, '/v1', codex({ key, model: modelOf[format], text }));
      expect([answer.status, answer.headers['x-should-retry']]).toEqual([400, 'false']);
      const { error } = JSON.parse(answer.body.toString()) as { error: { code: string; message: string } };
      expect(error.code).toBe('GW_UNTRANSLATABLE');
      expect(error.message).toContain('tools[4].custom, tools[5].tool_search, tools[6].web_search');
      expect(upstream.requests).toHaveLength(0);
    },
  );

  it('goes to the target behind, where that one can say it all', async () => {
    const { origin, upstream, settlements } = await scriptedHost(streaming(scriptedStream('openai-responses', 'Fine.')), () => ({
      translate: 'in-order',
      models: { 'gpt-5-codex': ['openai-chat/deepseek-chat', 'openai-responses/gpt-5-codex'] },
    }));
    const answer = await send(origin, '/v1', codex({ key, model: 'gpt-5-codex', text }));
    expect(answer.status).toBe(200);
    expect(upstream.requests.map(({ path }) => path)).toEqual(['/v1/responses']);
    expect(settlements[0]?.target?.id).toBe('openai-responses/gpt-5-codex');
  });

  it.each(formats)('without them it works with %s: the events it waits for, in their order; tools, two rounds', async (format) => {
    const { origin } = await formatsHost();
    const client = new OpenAI({ baseURL: `${origin}/v1`, apiKey: key, maxRetries: 0 });
    const ask = async (history: readonly object[]): Promise<OpenAI.Responses.Response> => {
      const { headers, body = '' } = codex({
        key,
        model: modelOf[format],
        text: 'Use the tool for "Zürich" now.',
        history,
        ownTools: false,
      });
      const seen: OpenAI.Responses.ResponseStreamEvent[] = [];
      const stream = client.responses.stream(JSON.parse(body) as OpenAI.Responses.ResponseCreateParamsStreaming, {
        headers: { ...headers },
      });
      for await (const event of stream) seen.push(event);
      expectCodexOrder(seen);
      return stream.finalResponse();
    };
    const first = await ask([]);
    const calls = first.output.filter((item) => item.type === 'function_call');
    expect(calls.map(({ name }) => name)).toEqual(['exec_command', 'write_stdin']);
    expect(first.output[0]?.type).toBe('reasoning');
    expect(first.id).not.toBe('');
    expect(first.usage?.output_tokens).toBeGreaterThan(0);

    const results = calls.map((call) => ({ type: 'function_call_output', call_id: call.call_id, output: `${call.name}: fine` }));
    const next = await ask([...first.output, ...results]);
    expect(next.output_text).toMatch(/The tool said.*write_stdin: fine/);
  });
});

/**
 * Codex shows nothing without `output_item.added`, and asks again without `output_item.done` and `response.completed`. Calls that
 * their provider sends in turns (OpenAI's own never does) are open side by side.
 */
function expectCodexOrder(events: readonly OpenAI.Responses.ResponseStreamEvent[]): void {
  expect(events[0]?.type).toBe('response.created');
  expect(events.at(-1)?.type).toBe('response.completed');
  expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, at) => at));
  const open = new Set<number>();
  let items = 0;
  for (const event of events) {
    if (event.type === 'response.output_item.added') {
      expect(event.output_index).toBe(items);
      open.add(event.output_index);
      items += 1;
    } else if (event.type === 'response.output_item.done') expect(open.delete(event.output_index)).toBe(true);
    else if (event.type.endsWith('.delta')) expect(open).toContain((event as { readonly output_index: number }).output_index);
  }
  expect(items).toBeGreaterThan(0);
  expect(open.size).toBe(0);
}

describe('Gemini CLI', () => {
  it.each(formats)('works with %s: whole calls in one event, no event names, no end mark; two rounds', async (format) => {
    const { origin } = await formatsHost();
    const ask = async (history: readonly object[]): Promise<Part[]> => {
      const answer = await send(origin, '', geminiCli({ key, model: modelOf[format], text: 'Use the tool for "Zürich" now.', history }));
      const stream = answer.body.toString();
      expect([answer.status, stream]).toEqual([200, expect.not.stringMatching(/^event:|^data: \[DONE\]/m)]);
      const events = stream.split('\n\n').filter((frame) => frame !== '');
      expect(events.every((frame) => frame.startsWith('data: {'))).toBe(true);
      const chunks = events.map((frame) => JSON.parse(frame.slice(6)) as Chunk);
      expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe('STOP');
      expect(chunks.at(-1)?.usageMetadata).toBeDefined();
      return chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []).filter((part) => part.text !== '');
    };
    const parts = await ask([]);
    const calls = parts.flatMap(({ functionCall }) => functionCall ?? []);
    expect(calls.map(({ name }) => name)).toEqual(['list_directory', 'read_file']);
    const responses = calls.map(({ id, name }) => ({ functionResponse: { id, name, response: { output: `${name}: fine` } } }));
    const next = await ask([
      { role: 'model', parts },
      { role: 'user', parts: responses },
    ]);
    expect(next.map(({ text: said, thought }) => (thought === true ? '' : (said ?? ''))).join('')).toMatch(
      /The tool said.*read_file: fine/,
    );
  });

  interface Part {
    readonly text?: string;
    readonly thought?: boolean;
    readonly functionCall?: { readonly id?: string; readonly name: string };
  }

  interface Chunk {
    readonly candidates?: readonly { readonly finishReason?: string; readonly content?: { readonly parts?: readonly Part[] } }[];
    readonly usageMetadata?: object;
  }
});

describe('Cursor', () => {
  const body = {
    input: [
      { role: 'system', content: 'You are a coding assistant.' },
      { role: 'user', content: [{ type: 'input_text', text }] },
      { type: 'function_call', call_id: 'call_1', name: 'read_file', arguments: '{"path":"a.ts"}' },
      { type: 'function_call_output', call_id: 'call_1', output: 'let a = 1;' },
    ],
    tools: [{ type: 'function', name: 'read_file', description: 'Reads.', parameters: { type: 'object', properties: {} }, strict: false }],
    tool_choice: 'auto',
    reasoning: { effort: 'medium', summary: 'auto' },
    include: ['reasoning.encrypted_content'],
    store: false,
    stream: true,
    stream_options: { include_usage: true },
    prompt_cache_retention: '24h',
    user: 'someone',
  };

  it.each(['openai-chat', 'anthropic-messages', 'google-generate-content'] as const)(
    'posts the body of Responses to Chat’s path and gets Chat’s chunks back, from %s',
    async (format: ClientFormat) => {
      const { origin, upstream } = await scriptedHost(streaming(scriptedStream(format, 'Fine', '.')));
      const answer = await postBytes(`${origin}/v1/chat/completions`, JSON.stringify({ model: modelOf[format], ...body }));
      const frames = answer.body.toString().trimEnd().split('\n\n');
      expect(frames.at(-1)).toBe('data: [DONE]');
      const chunks = frames.slice(0, -1).map((frame) => JSON.parse(frame.replace(/^data: /, '')) as OpenAI.ChatCompletionChunk);
      expect(chunks.map(({ choices: [choice] }) => choice?.delta.content ?? '').join('')).toBe('Fine.');
      expect(chunks.every(({ object }) => object === 'chat.completion.chunk')).toBe(true);
      expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 11, completion_tokens: 7 } });
      const sent = bodyOf(upstream.requests[0]);
      expect(sent.input).toBeUndefined();
      expect(JSON.stringify(sent)).toContain('let a = 1;');
    },
  );
});
