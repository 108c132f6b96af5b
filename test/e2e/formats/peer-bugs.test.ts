import { describe, expect, it } from 'vitest';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { reading } from '../../core/harness/reading.ts';
import { type ByteAnswer, postBytes } from '../support/bytes.ts';
import { drivers } from './drivers/all.ts';
import { clientKey, type Driver, statusOf } from './drivers/driver.ts';
import { type ClientFormat, formats, modelOf } from './providers.ts';
import {
  anthropicBegin,
  anthropicEnd,
  bodyOf,
  chatChunk,
  geminiChunk,
  geminiEnd,
  json,
  named,
  type ScriptedHost,
  scriptedHost,
  scriptedStream,
  scripts,
  streaming,
  unnamed,
} from './scripted.ts';

// Bugs that other gateways had, each by its number there, through a whole gateway. What concerns one function alone is tested
// beside that function; here is what only the parts together can get wrong.

leavesNothing();

const driverOf = (format: ClientFormat): Driver => drivers.find((driver) => driver.format === format) as Driver;
const others = (format: ClientFormat): ClientFormat[] => formats.filter((other) => other !== format);
const pairs = formats.flatMap((client) => others(client).map((provider) => [client, provider] as const));

const weather = { name: 'weather', description: 'The weather of a place.', parameters: schema({ place: { type: 'string' } }) };
const time = { name: 'time', description: 'The time at a place.', parameters: schema({ place: { type: 'string' } }) };

function schema(properties: object): object {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

interface Streamed {
  readonly answer: ByteAnswer;
  readonly payloads: readonly Json[];
}

type Json = Record<string, unknown>;

/** Asks for a stream and reads its payloads. */
async function streamed({ origin }: ScriptedHost, path: string, body: object): Promise<Streamed> {
  const answer = await postBytes(`${origin}${path}`, JSON.stringify({ stream: true, ...body }));
  const lines = answer.body.toString().split('\n');
  const payloads = lines.flatMap((line) => (/^data: \{/.test(line) ? [JSON.parse(line.slice(6)) as Json] : []));
  return { answer, payloads };
}

const chatPath = '/v1/chat/completions';
const hello = [{ role: 'user', content: 'Hi' }];

const twoCalls: Readonly<Record<Exclude<ClientFormat, 'openai-responses'>, string>> = {
  // Arguments of several calls come in turns.
  'openai-chat': [
    chatChunk({ role: 'assistant', content: null }),
    ...['weather', 'time'].map((name, index) =>
      chatChunk({ tool_calls: [{ index, id: `call_${index}`, type: 'function', function: { name, arguments: '' } }] }),
    ),
    ...['{"pl', '{"place":', 'ace":"A"}', '"B"}'].map((piece, at) =>
      chatChunk({ tool_calls: [{ index: at % 2, function: { arguments: piece } }] }),
    ),
    chatChunk({}, 'stop'),
    'data: [DONE]\n\n',
  ].join(''),
  'anthropic-messages': [
    anthropicBegin({ type: 'text', text: '' }),
    scripts['anthropic-messages'].text('Let me look.'),
    named('content_block_stop', { index: 0 }),
    ...['weather', 'time'].map((name, at) =>
      [
        named('content_block_start', { index: at + 1, content_block: { type: 'tool_use', id: `toolu_${at}`, name, input: {} } }),
        named('content_block_delta', { index: at + 1, delta: { type: 'input_json_delta', partial_json: '' } }),
        named('content_block_delta', {
          index: at + 1,
          delta: { type: 'input_json_delta', partial_json: `{"place":"${at === 0 ? 'A' : 'B'}"}` },
        }),
        at === 0 ? named('content_block_stop', { index: 1 }) : '',
      ].join(''),
    ),
    anthropicEnd(2, 'tool_use'),
  ].join(''),
  'google-generate-content': geminiEnd([
    { functionCall: { name: 'weather', args: { place: 'A' } } },
    { functionCall: { name: 'time', args: { place: 'B' } } },
  ]),
};

describe('streams: frames and indexes', () => {
  it('litellm#12666, litellm#5231, litellm#4554: an Anthropic block’s index is neither a choice nor a tool index', async () => {
    const host = await scriptedHost(streaming(twoCalls['anthropic-messages']));
    const { payloads } = await streamed(host, chatPath, { model: modelOf['anthropic-messages'], messages: hello });
    const choices = payloads.flatMap(
      (chunk) => chunk.choices as { index: number; delta: { tool_calls?: { index: number; id?: string }[] } }[],
    );
    expect(choices.every(({ index }) => index === 0)).toBe(true);
    const begun = choices.flatMap(({ delta }) => delta.tool_calls ?? []).filter(({ id }) => id !== undefined);
    expect(begun.map(({ index, id }) => [index, id])).toEqual([
      [0, 'toolu_0'],
      [1, 'toolu_1'],
    ]);
  });

  it.each(drivers.map((driver) => [driver.name, driver] as const))(
    'litellm#19368, vercel/ai#12218, claude-code-router#160, litellm#34692: %s sees calls, whatever the provider’s reason to stop is',
    async (_name, driver) => {
      for (const provider of ['openai-chat', 'anthropic-messages', 'google-generate-content'] as const) {
        if (provider === driver.format) continue; // a client of the same format gets the provider's own word
        const { origin } = await scriptedHost(streaming(twoCalls[provider]));
        const question = { model: modelOf[provider], turns: [{ user: 'Hi' }], tools: [weather, time], stream: true, maxTokens: 100 };
        const answer = await driver.ask(origin, question);
        expect(answer.finish).toBe('tools');
        expect(answer.calls.map(({ name, arguments: given }) => [name, given])).toEqual([
          ['weather', { place: 'A' }],
          ['time', { place: 'B' }],
        ]);
      }
    },
  );

  it('litellm#34692: a call alone is no block of empty text besides', async () => {
    const host = await scriptedHost(streaming(twoCalls['openai-chat']));
    const { payloads } = await streamed(host, '/v1/messages', { model: modelOf['openai-chat'], max_tokens: 9, messages: hello });
    const blocks = payloads
      .filter(({ type }) => type === 'content_block_start')
      .map((one) => [one.index, (one.content_block as Json).type]);
    expect(blocks).toEqual([
      [0, 'tool_use'],
      [1, 'tool_use'],
    ]);
  });

  it('litellm#33224, litellm#29600, litellm#29533, litellm#20433: chunks of reasoning alone are thinking, of their own kind', async () => {
    const stream = [
      chatChunk({ role: 'assistant', reasoning_content: 'Hm' }),
      chatChunk({ reasoning_content: 'm.' }),
      chatChunk({ content: 'Fine.' }),
    ];
    const host = await scriptedHost(streaming(`${stream.join('')}${scripts['openai-chat'].end('')}`));
    const { payloads } = await streamed(host, '/v1/messages', { model: modelOf['openai-chat'], max_tokens: 9, messages: hello });
    const started = payloads.filter(({ type }) => type === 'content_block_start').map(({ content_block: block }) => (block as Json).type);
    expect(started).toEqual(['thinking', 'text']);
    const deltas = payloads.filter(({ type }) => type === 'content_block_delta').map(({ index, delta }) => [index, (delta as Json).type]);
    expect(deltas.filter(([, type]) => type === 'thinking_delta')).toEqual([
      [0, 'thinking_delta'],
      [0, 'thinking_delta'],
    ]);
    expect(deltas.at(-1)).toEqual([1, 'text_delta']);
    for (const format of ['openai-responses', 'google-generate-content'] as const) {
      const question = { model: modelOf['openai-chat'], turns: [{ user: 'Hi' }], reasoning: true, stream: true };
      expect(await driverOf(format).ask(host.origin, question)).toMatchObject({ reasoning: 'Hmm.', text: 'Fine.' });
    }
  });

  it('bifrost#974: Gemini’s thoughts reach every client', async () => {
    const stream =
      geminiChunk([{ text: 'Hm', thought: true }]) + geminiChunk([{ text: 'm.', thought: true }]) + geminiEnd([{ text: 'Fine.' }]);
    const { origin } = await scriptedHost(streaming(stream));
    for (const format of formats) {
      const question = {
        model: modelOf['google-generate-content'],
        turns: [{ user: 'Hi' }],
        reasoning: true,
        stream: true,
        maxTokens: 4_000,
      };
      expect(await driverOf(format).ask(origin, question)).toMatchObject({ reasoning: 'Hmm.', text: 'Fine.' });
    }
  });

  it('litellm#22102, openai/codex#12798: every delta of a Responses stream is of an item that was added before', async () => {
    const host = await scriptedHost(streaming(twoCalls['anthropic-messages']));
    const { payloads } = await streamed(host, '/v1/responses', { model: modelOf['anthropic-messages'], input: 'Hi' });
    const added = new Set<unknown>();
    for (const { type, item, item_id: id } of payloads) {
      if (type === 'response.output_item.added') added.add((item as Json).id);
      if (String(type).endsWith('.delta')) expect(added).toContain(id);
    }
    expect(added.size).toBe(3);
    expect(payloads.filter(({ type }) => type === 'response.output_item.done')).toHaveLength(3);
  });

  it.each(['anthropic-messages', 'google-generate-content', 'openai-responses'] as const)(
    'Portkey#1399, Portkey#1000, Portkey#497, mlflow#23458, mlflow#24111: chunks from %s are OpenAI’s to the last key',
    async (provider) => {
      const host = await scriptedHost(streaming(scriptedStream(provider, 'Fine', '.')));
      const options = { stream_options: { include_usage: true } };
      const { payloads } = await streamed(host, chatPath, { model: modelOf[provider], messages: hello, ...options });
      const chunks = payloads as { choices: { delta: Json; finish_reason?: string | null }[]; usage?: Json | null }[];
      expect(chunks[0]?.choices[0]?.delta).toMatchObject({ role: 'assistant' });
      expect(chunks.filter(({ choices: [choice] }) => choice?.delta.role !== undefined)).toHaveLength(1);
      const withChoice = chunks.slice(0, -1);
      expect(withChoice.every(({ choices: [choice], usage }) => choice !== undefined && 'finish_reason' in choice && usage === null)).toBe(
        true,
      );
      expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } });
    },
  );

  it.each(pairs)(
    'claude-code-router#873: %s from %s streams; the first text is there before the last is sent',
    async (client, provider) => {
      const { begin, text, end } = scripts[provider];
      let finish = (): void => {};
      const host = await scriptedHost((res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' }).write(begin + text('first '));
        finish = () => void res.end(text('last') + end('first last'));
      });
      const { path, body } = plain(client, modelOf[provider]);
      const answer = await reading(`${host.origin}${path}`, body);
      await answer.until('first ');
      expect(answer.text).not.toContain('last');
      finish();
      const { text: all, broken } = await answer.over;
      expect([broken, all.includes('last')]).toEqual([false, true]);
    },
  );
});

/** The least request for a stream. */
function plain(client: ClientFormat, model: string, words = 'Hi'): { readonly path: string; readonly body: object } {
  switch (client) {
    case 'openai-chat':
      return { path: chatPath, body: { model, messages: [{ role: 'user', content: words }], stream: true } };
    case 'openai-responses':
      return { path: '/v1/responses', body: { model, input: words, stream: true } };
    case 'anthropic-messages':
      return { path: '/v1/messages', body: { model, max_tokens: 4_000, messages: [{ role: 'user', content: words }], stream: true } };
    case 'google-generate-content':
      return {
        path: `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
        body: { contents: [{ role: 'user', parts: [{ text: words }] }] },
      };
  }
}

describe('errors', () => {
  it.each(formats)('bifrost#4970: an error that a 200 begins with goes to the next target, of another format (%s)', async (client) => {
    const host = await scriptedHost(
      (res, { path }) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        res.end(path === '/v1/messages' ? scripts['anthropic-messages'].error : scriptedStream('openai-chat', 'Fine.'));
      },
      () => ({ translate: 'in-order', models: { both: [modelOf['anthropic-messages'], modelOf['openai-chat']] } }),
    );
    const answer = await driverOf(client).ask(host.origin, { model: 'both', turns: [{ user: 'Hi' }], stream: true });
    expect(answer.text).toBe('Fine.');
    expect(host.upstream.requests.map(({ path }) => path)).toEqual(['/v1/messages', '/v1/chat/completions']);
  });

  it.each([
    ['a list of errors', json([{ error: { code: 400, message: 'no', status: 'INVALID_ARGUMENT' } }], 400)],
    ['no error at all', json({}, 400)],
    ['null', json('null', 400)],
    ['HTML', json('<html><body>Bad gateway</body></html>', 400)],
    ['nothing', json('', 400)],
    ['an error without message', json({ error: { code: 400, details: null } }, 400)],
  ])('Portkey#770, Portkey#771: Gemini refuses with %s: each client gets an error of its own format', async (_what, answer) => {
    const { origin } = await scriptedHost(answer);
    for (const driver of drivers) {
      const question = { model: modelOf['google-generate-content'], turns: [{ user: 'Hi' }], maxTokens: 100 };
      const error = await driver.ask(origin, question).catch((thrown: unknown) => thrown);
      expect([driver.name, statusOf(error)]).toEqual([driver.name, 400]);
      expect((error as Error).message).toContain('refused the request');
    }
  });
});

describe('thinking and signatures', () => {
  it.each(formats)(
    'litellm#16893, litellm#25322, langchain#37347, openhuman#3548: Gemini’s signature comes back through %s',
    async (client) => {
      const signed = { functionCall: { name: 'weather', args: { place: 'A' } }, thoughtSignature: 'c2lnbmF0dXJl' };
      const host = await scriptedHost(streaming(geminiChunk([{ text: 'Hm.', thought: true }]) + geminiEnd([signed])));
      const driver = driverOf(client);
      const question = { model: modelOf['google-generate-content'], tools: [weather], reasoning: true, stream: true, maxTokens: 4_000 };
      const turns = [{ user: 'Hi' }];
      const answer = await driver.ask(host.origin, { ...question, turns });
      const results = answer.calls.map((call) => ({ call, text: 'Rain.' }));
      await driver.ask(host.origin, { ...question, turns: [...turns, { answer }, { results }] });
      const contents = bodyOf(host.upstream.requests[1]).contents as { role: string; parts: Json[] }[];
      const call = contents.flatMap(({ parts }) => parts).find(({ functionCall }) => functionCall !== undefined);
      expect(call).toMatchObject({ functionCall: { name: 'weather', args: { place: 'A' } }, thoughtSignature: 'c2lnbmF0dXJl' });
    },
  );

  it('litellm#15601, claude-code#20692: without the thinking of the turn before, Claude is not told to think', async () => {
    const host = await scriptedHost(
      json({ type: 'message', content: [{ type: 'text', text: 'Fine.' }], stop_reason: 'end_turn', usage: {} }),
    );
    const history = [
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'Rain.' },
    ];
    const tools = [{ type: 'function', function: weather }];
    const body = { model: modelOf['anthropic-messages'], reasoning_effort: 'high', tools, messages: [...hello, ...history] };
    await postBytes(`${host.origin}${chatPath}`, JSON.stringify(body));
    expect(bodyOf(host.upstream.requests[0]).thinking).toBeUndefined();
    await postBytes(`${host.origin}${chatPath}`, JSON.stringify({ ...body, messages: hello }));
    expect(bodyOf(host.upstream.requests[1]).thinking).toMatchObject({ type: 'enabled' });
  });

  it('CLIProxyAPI#413: a budget for thinking is below the limit of the answer, whatever a client asks for', async () => {
    const host = await scriptedHost(json({ type: 'message', content: [], stop_reason: 'end_turn', usage: {} }));
    let budgets = 0;
    for (const limit of [100, 1_024, 1_025, 5_000, 900_000, undefined])
      for (const effort of ['minimal', 'low', 'medium', 'high', 'xhigh']) {
        const body = { model: modelOf['anthropic-messages'], messages: hello, reasoning_effort: effort, max_completion_tokens: limit };
        await postBytes(`${host.origin}${chatPath}`, JSON.stringify(body));
        const { thinking, max_tokens: most } = bodyOf(host.upstream.requests.at(-1)) as { thinking?: Json; max_tokens: number };
        budgets += thinking === undefined ? 0 : 1;
        expect(thinking?.budget_tokens ?? 1_024).toBeLessThan(thinking === undefined ? Number.POSITIVE_INFINITY : most);
        expect(thinking?.budget_tokens ?? 1_024).toBeGreaterThanOrEqual(1_024);
      }
    expect(budgets).toBeGreaterThan(15);
  });

  it('litellm#35645, litellm#27039: a budget is an effort where there are no budgets, and none is none', async () => {
    const host = await scriptedHost(json({ id: 'c', choices: [{ index: 0, message: { content: 'x' }, finish_reason: 'stop' }] }));
    const ask = async (thinking: object): Promise<unknown> => {
      const body = { model: modelOf['openai-chat'], max_tokens: 30_000, messages: hello, thinking };
      await postBytes(`${host.origin}/v1/messages`, JSON.stringify(body));
      return bodyOf(host.upstream.requests.at(-1)).reasoning_effort;
    };
    expect(await ask({ type: 'enabled', budget_tokens: 20_000 })).toMatch(/^(?:medium|high|xhigh)$/);
    expect(await ask({ type: 'disabled' })).toMatch(/^(?:none|minimal)$/);
  });
});

describe('tools and schemas', () => {
  it('litellm#14330, litellm#18442, litellm#6459, Portkey#837, claude-code-router#5, #1480: Gemini gets schemas whole, where it takes whole ones', async () => {
    const parameters = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        unit: { type: ['string', 'null'], default: 'C', format: 'uri', const: 'C' },
        nested: { type: 'array', items: { $ref: '#/$defs/x' } },
      },
      required: ['unit'],
      additionalProperties: false,
      $defs: { x: { type: 'object', properties: {} } },
    };
    const host = await scriptedHost(json({ candidates: [] }));
    const tools = [
      { type: 'function', function: { name: 'weather', parameters, strict: true } },
      { type: 'function', function: { name: 'nothing' } },
    ];
    await postBytes(`${host.origin}${chatPath}`, JSON.stringify({ model: modelOf['google-generate-content'], messages: hello, tools }));
    const [{ functionDeclarations: declared = [] } = {}] = bodyOf(host.upstream.requests[0]).tools as { functionDeclarations?: Json[] }[];
    expect(declared.map(({ name }) => name)).toEqual(['weather', 'nothing']);
    expect(declared.every((one) => one.parameters === undefined && one.strict === undefined)).toBe(true);
    expect(declared[0]?.parametersJsonSchema).toMatchObject({ type: 'object', required: ['unit'], properties: parameters.properties });
  });

  it.each(['anthropic-messages', 'google-generate-content'] as const)(
    'bifrost#7344, bifrost#7348: what restricts the tools is in force at %s, or the call is refused',
    async (provider) => {
      const host = await scriptedHost(json({}));
      const tools = [weather, time].map((tool) => ({ type: 'function', function: tool }));
      const allowed = { mode: 'required', tools: [{ type: 'function', function: { name: 'weather' } }] };
      const ask = (more: object): Promise<ByteAnswer> =>
        postBytes(`${host.origin}${chatPath}`, JSON.stringify({ model: modelOf[provider], messages: hello, tools, ...more }));
      await ask({ tool_choice: { type: 'allowed_tools', allowed_tools: allowed } });
      expect(toolsAllowed(bodyOf(host.upstream.requests[0]))).toEqual(['weather']);
      const before = host.upstream.requests.length;
      const single = await ask({ parallel_tool_calls: false });
      const sent = bodyOf(host.upstream.requests[before]);
      if (provider === 'anthropic-messages') expect(sent.tool_choice).toMatchObject({ disable_parallel_tool_use: true });
      else expect([single.status, single.body.toString()]).toEqual([400, expect.stringContaining('parallel_tool_calls')]);
    },
  );

  it('bifrost#1164, langchain-aws#389: the results of one turn stand in one message, before its text', async () => {
    const host = await scriptedHost(json({}));
    const call = (id: string): object => ({ id, type: 'function', function: { name: 'weather', arguments: '{"place":"A"}' } });
    const messages = [
      ...hello,
      { role: 'assistant', content: 'Let me look.', tool_calls: [call('call_1'), call('call_2')] },
      { role: 'tool', tool_call_id: 'call_1', content: 'Rain.' },
      { role: 'tool', tool_call_id: 'call_2', content: 'Sun.' },
      { role: 'user', content: 'And?' },
    ];
    await postBytes(
      `${host.origin}${chatPath}`,
      JSON.stringify({ model: modelOf['anthropic-messages'], messages, tools: [{ type: 'function', function: weather }] }),
    );
    const turns = bodyOf(host.upstream.requests[0]).messages as { role: string; content: { type: string }[] }[];
    expect(turns.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(turns[2]?.content.map(({ type }) => type)).toEqual(['tool_result', 'tool_result', 'text']);
  });

  it.each(['openai-chat', 'openai-responses', 'google-generate-content'] as const)(
    'vercel/ai#13013, vercel/ai#17366, vercel/ai#17390: calls that Anthropic ran itself are not somebody else’s orphans at %s',
    async (provider) => {
      const host = await scriptedHost(json({}));
      const content = [
        { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'x' } },
        { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] },
        { type: 'text', text: 'It rains.' },
      ];
      const messages = [...hello, { role: 'assistant', content }, { role: 'user', content: 'And?' }];
      const answer = await postBytes(`${host.origin}/v1/messages`, JSON.stringify({ model: modelOf[provider], max_tokens: 9, messages }));
      expect([answer.status, host.upstream.requests.length]).toEqual([400, 0]);
      expect(answer.body.toString()).toContain('messages[1].content[0]');
    },
  );

  it.each(formats)('claude-code#62396, claude-code#59812, bifrost#2765: %s gets no empty text', async (provider) => {
    const host = await scriptedHost(json({}));
    const client = provider === 'openai-chat' ? 'anthropic-messages' : 'openai-chat';
    const messages = [
      ...hello,
      { role: 'assistant', content: '' },
      {
        role: 'user',
        content: [
          { type: 'text', text: '' },
          { type: 'text', text: 'And?' },
        ],
      },
    ];
    const path = client === 'openai-chat' ? chatPath : '/v1/messages';
    await postBytes(`${host.origin}${path}`, JSON.stringify({ model: modelOf[provider], max_tokens: 100, messages }));
    expect(host.upstream.requests).toHaveLength(1);
    expect(host.upstream.lastBody).not.toMatch(/"text":""|"content":(?:""|\[\])|"parts":\[\]/);
    expect(host.upstream.lastBody).toContain('And?');
  });
});

/** The tools that a body lets a model call, in either format. */
function toolsAllowed(body: Json): unknown[] {
  const config = (body.toolConfig as { functionCallingConfig?: { allowedFunctionNames?: string[] } } | undefined)?.functionCallingConfig;
  if (config?.allowedFunctionNames !== undefined) return config.allowedFunctionNames;
  const choice = body.tool_choice as { type?: string; name?: string } | undefined;
  return choice?.type === 'tool' ? [choice.name] : ((body.tools ?? []) as { name: unknown }[]).map(({ name }) => name);
}

describe('tokens and money', () => {
  // Cache reads and writes in the first event, and again in the last: together 1,000 input tokens, of which 990 were cached.
  const cached = { input_tokens: 10, cache_creation_input_tokens: 90, cache_read_input_tokens: 900 };
  const anthropicStream = [
    scripts['anthropic-messages'].begin.replace(
      /"input_tokens":11,[^}]*"output_tokens":1/,
      `${JSON.stringify(cached).slice(1, -1)},"output_tokens":1`,
    ),
    scripts['anthropic-messages'].text('Fine.'),
    anthropicEnd(0, 'end_turn').replace('"output_tokens":7', `${JSON.stringify(cached).slice(1, -1)},"output_tokens":7`),
  ].join('');
  const geminiStream = geminiChunk([{ text: 'Fine.' }], {
    usageMetadata: { promptTokenCount: 1_000, cachedContentTokenCount: 900 },
  }).concat(
    geminiChunk(
      [{ text: '' }],
      {
        usageMetadata: {
          promptTokenCount: 1_000,
          cachedContentTokenCount: 900,
          candidatesTokenCount: 4,
          thoughtsTokenCount: 3,
          totalTokenCount: 1_007,
        },
      },
      { finishReason: 'STOP' },
    ),
  );

  it.each(drivers.map((driver) => [driver.name, driver] as const))(
    'litellm#9812, #5443, #6576, #11364, #11789, bifrost#5354, CLIProxyAPI#1643, litellm#10667, #40006, #40016, #31282: %s and the settlement count each token once',
    async (_name, driver) => {
      for (const [provider, stream] of [
        ['anthropic-messages', anthropicStream],
        ['google-generate-content', geminiStream],
      ] as const) {
        const host = await scriptedHost(streaming(stream));
        const answer = await driver.ask(host.origin, { model: modelOf[provider], turns: [{ user: 'Hi' }], stream: true, maxTokens: 100 });
        expect([answer.input, answer.output]).toEqual([1_000, 7]);
        expect(host.settlements[0]?.usage).toMatchObject({ input: 1_000, output: 7, cacheRead: 900 });
      }
    },
  );

  it.each(pairs)('bifrost#6457, bifrost#6132: the limit that %s sets is in force at %s', async (client, provider) => {
    const { origin, upstream } = await scriptedHost(streaming(scriptedStream(provider, 'Fine.')));
    await driverOf(client).ask(origin, { model: modelOf[provider], turns: [{ user: 'Hi' }], stream: true, maxTokens: 1_234 });
    expect(upstream.lastBody).toMatch(/"(?:max_tokens|max_completion_tokens|max_output_tokens|maxOutputTokens)":1234\b/);
  });

  it.each(pairs)(
    'litellm#3341, #14304, #17364, #30245, #30630, #36008, #36126, #37140: %s leaves, and %s is no longer asked; what came is accounted for',
    async (client, provider) => {
      let left = (): void => {};
      const gone = new Promise<void>((resolve) => {
        left = resolve;
      });
      const { begin, text } = scripts[provider];
      const host = await scriptedHost((res) => {
        res.once('close', left);
        res.writeHead(200, { 'content-type': 'text/event-stream' }).write(begin + text('first '));
      });
      const { path, body } = plain(client, modelOf[provider]);
      const answer = await reading(`${host.origin}${path}`, body);
      await answer.until('first ');
      answer.leave();
      await gone;
      for (let step = 0; step < 100 && host.settlements.length === 0; step += 1) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(host.settlements[0]).toMatchObject({ outcome: 'aborted', streamed: true });
      // Anthropic tells the input at once; the others tell nothing until the end, and nothing is made up.
      expect(host.settlements[0]?.usage?.input).toBe(provider === 'anthropic-messages' ? 11 : undefined);
    },
  );
});

describe('bytes, headers, state', () => {
  it.each(pairs)(
    'bifrost#898, #952, #2082, #2163, #2347, #3362, #6591, #7169: from %s to %s the same is written the same, and a longer history begins like the shorter',
    async (client, provider) => {
      const { origin, upstream } = await scriptedHost(streaming(scriptedStream(provider, 'Fine.')));
      const driver = driverOf(client);
      const parameters = schema({ zone: { type: 'string' }, '10': { type: 'number' }, a: { type: 'string' }, '2': { type: 'string' } });
      const question = {
        model: modelOf[provider],
        system: 'Terse.',
        tools: [time, { ...weather, parameters }],
        stream: true,
        maxTokens: 100,
      };
      const answer = await driver.ask(origin, { ...question, turns: [{ user: 'One.' }] });
      await driver.ask(origin, { ...question, turns: [{ user: 'One.' }] });
      await driver.ask(origin, { ...question, turns: [{ user: 'One.' }, { answer }, { user: 'Two.' }] });
      const [first = '', again, longer = ''] = upstream.requests.map(({ body }) => body.toString());
      expect(again).toBe(first);
      const upTo = first.indexOf('One.') + 'One.'.length;
      expect(longer.slice(0, upTo)).toBe(first.slice(0, upTo));
      const tools = /"tools":.*$/.exec(first)?.[0] ?? '';
      expect(tools).not.toBe('');
      expect(longer.slice(longer.indexOf('"tools":'))).toBe(tools);
    },
  );

  it('claude-code-router#645, #667, #515: each provider is asked at its own path, models with slashes among them', async () => {
    const host = await scriptedHost(streaming(unnamed({})));
    const asked: string[] = [];
    for (const [client, provider] of pairs) {
      const { path, body } = plain(client, `${provider}/vendor/m-1`);
      await postBytes(`${host.origin}${path}`, JSON.stringify(body));
      asked.push(host.upstream.requests.at(-1)?.path ?? '');
    }
    const paths = {
      'openai-chat': '/v1/chat/completions',
      'openai-responses': '/v1/responses',
      'anthropic-messages': '/v1/messages',
      'google-generate-content': '/v1beta/models/vendor/m-1:streamGenerateContent?alt=sse',
    };
    expect(asked).toEqual(pairs.map(([, provider]) => paths[provider]));
  });

  it.each(pairs)('Portkey#652, Portkey#975: an image of %s is an image at %s', async (client, provider) => {
    const { origin, upstream } = await scriptedHost(streaming(scriptedStream(provider, 'Fine.')));
    const image = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    await driverOf(client).ask(origin, { model: modelOf[provider], turns: [{ user: 'See?', image }], stream: true });
    expect(upstream.lastBody.split(image)).toHaveLength(2);
    expect(upstream.lastBody).toMatch(/image\/png/);
    expect(JSON.stringify(upstream.requests[0]?.rawHeaders)).not.toContain(clientKey);
  });
});
