import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definePlugin, type GatewayPlugin } from '../../core/src/define-plugin.ts';
import type { Settlement } from '../../core/src/model/settlement.ts';
import { maskDigits } from '../contract/src/samples/mask-digits.ts';
import { gate, running } from '../core/harness/loopback.ts';
import { leavesNothing } from '../core/harness/nothing-left.ts';
import { byteUpstream, postBytes } from './support/bytes.ts';
import { jsonText, spaceText, stringText, wordText } from './support/json-text.ts';
import { answerText, isStream, payloadsOf, type Recording, recordingsIn, routeOf } from './support/traffic.ts';

leavesNothing();

const usageAsked = '"stream_options":{"include_usage":true}';
const plainAnswer =
  '{"id":"x","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}';
const plainStream = 'data: {"choices":[{"index":0,"delta":{"content":"ok"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';

/** A gateway in front of an upstream that answers `answer` to whole calls and `stream` to others. */
async function passing(
  options: { answer?: string; stream?: string | Buffer[]; headers?: Record<string, string>; plugins?: GatewayPlugin[] } = {},
) {
  const { answer = plainAnswer, stream = plainStream, headers = {}, plugins = [] } = options;
  const up = await byteUpstream(async (res, { body }) => {
    if (!/"stream"\s*:\s*true/.test(body.toString('utf8'))) {
      res.writeHead(200, { 'content-type': 'application/json', ...headers }).end(answer);
      return;
    }
    res.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
    for (const piece of typeof stream === 'string' ? [stream] : stream)
      await new Promise((written) => {
        res.write(piece, written);
      });
    res.end();
  });
  const { url } = await running(up.url, { models: { chat: 'up/m', same: 'up/same' }, plugins });
  const post = (body: Buffer | string, path = '/v1/chat/completions', sent: Record<string, string> = {}) =>
    postBytes(url + path, body, sent);
  return { up, post };
}

/** What only looks at a call and an answer, in every way there is. */
const onlooker = definePlugin({
  name: 'onlooker',
  create: () => ({
    beforeRoute: ({ call }) => {
      for (const reference of call.texts()) void reference.text.length;
      JSON.stringify(call.body);
    },
    afterResponse: (context) => {
      context.tap((event) => void event.json);
      return context.mapTexts(() => ({ push: (text) => text, end: () => '' }));
    },
  }),
});

const inModel = { messages: '"messages":[{"role":"user","content":"Hi"}]' };

describe('a request reaches the upstream as it was written', () => {
  const bodies = [
    ['keys that look like integers keep their places', `{"model":"same","10":1,"9":2,${inModel.messages},"1":{"2":0,"1":0}}`],
    [
      'numbers keep their spelling',
      `{"model":"same",${inModel.messages},"a":[1.0,1e5,-0,0.10,1E+2,12345678901234567890,9007199254740993]}`,
    ],
    [
      'escapes keep their spelling',
      String.raw`{"model":"same","messages":[{"role":"user","content":"\/ é \u00e9 \ud83d\ude42 🙂 \u2028 \t"}]}`,
    ],
    ['white space stays', `\r\n { "model" : "same" ,\n\t"messages" : [ { "role":"user" , "content" : "Hi" } ] } \n`],
    ['keys of prototypes are keys', `{"model":"same",${inModel.messages},"__proto__":{"constructor":1},"toString":2}`],
    ['numbers beyond doubles pass where nothing is decided by them', `{"model":"same",${inModel.messages},"x":{"deep":1e400}}`],
    ['a spelling of the model’s name stays when the name does', `{"model":"s\\u0061me",${inModel.messages}}`],
    [
      'tools keep their order of keys',
      `{"model":"same",${inModel.messages},"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"2":{},"1":{}}}}}]}`,
    ],
  ] as const;

  it.each(bodies)('%s', async (_what, body) => {
    const { up, post } = await passing();
    expect(await post(body)).toMatchObject({ status: 200, complete: true });
    expect(up.lastBody).toBe(body);
  });

  it.each(bodies)('%s, with a plugin that only looks', async (_what, body) => {
    const { up, post } = await passing({ plugins: [onlooker()] });
    expect(await post(body)).toMatchObject({ status: 200, complete: true });
    expect(up.lastBody).toBe(body);
  });

  it('a model’s alias is written over in place, wherever and however it stands', async () => {
    const { up, post } = await passing();
    for (const [sent, expected] of [
      [`{"model":"chat",${inModel.messages}}`, `{"model":"m",${inModel.messages}}`],
      [`{${inModel.messages}, "model" : "up\\/m" }`, `{${inModel.messages}, "model" : "m" }`],
      [`{"2":1,"model":\n"ch\\u0061t","1":2,${inModel.messages}}`, `{"2":1,"model":\n"m","1":2,${inModel.messages}}`],
      [`{"m\\u006fdel":"chat",${inModel.messages}}`, `{"m\\u006fdel":"m",${inModel.messages}}`],
      [`{"x":{"model":"chat"},"model":"chat",${inModel.messages}}`, `{"x":{"model":"chat"},"model":"m",${inModel.messages}}`],
    ] as const) {
      expect(await post(sent), sent).toMatchObject({ status: 200 });
      expect(up.lastBody).toBe(expected);
    }
  });

  it('usage is asked for where a stream did not; nothing else changes', async () => {
    const { up, post } = await passing();
    const head = `{"model":"same",${inModel.messages},"stream":true`;
    for (const [sent, expected] of [
      [`${head}}`, `${head},${usageAsked}}`],
      [`${head} }\n`, `${head},${usageAsked} }\n`],
      [`${head},"stream_options":{}}`, `${head},${usageAsked}}`],
      [`${head},"stream_options":null}`, `${head},${usageAsked}}`],
      [`${head},"stream_options":{ "x":1.0 }}`, `${head},"stream_options":{ "x":1.0,"include_usage":true }}`],
      [`${head},"stream_options":{"include_usage":false,"x":1.0}}`, `${head},"stream_options":{"include_usage":true,"x":1.0}}`],
      [`${head},"stream_options":{"include_usage" : true},"a":1}`, `${head},"stream_options":{"include_usage" : true},"a":1}`],
    ] as const) {
      expect(await post(sent), sent).toMatchObject({ status: 200, complete: true });
      expect(up.lastBody).toBe(expected);
    }
  });

  it('embeddings too', async () => {
    const { up, post } = await passing({
      answer: '{"object":"list","data":[{"embedding":"AACAPw==","index":0}],"usage":{"total_tokens":1}}',
    });
    const body = '{ "input":["a\\u00e9",  "b"],"10":1.0,"model":"chat" }';
    const answer = await post(body, '/v1/embeddings');
    expect(up.lastBody).toBe(body.replace('"chat"', '"m"'));
    expect(answer.body.toString()).toBe('{"object":"list","data":[{"embedding":"AACAPw==","index":0}],"usage":{"total_tokens":1}}');
  });

  it('any chat body, spelled in any way: only the name of the model and the option for usage differ', async () => {
    const { up, post } = await passing();
    await fc.assert(
      fc.asyncProperty(chatBody, async ({ write }) => {
        const sent = write((model) => model);
        const answer = await post(sent.text);
        expect(answer, sent.text).toMatchObject({ status: 200, complete: true });
        expect(up.lastBody).toBe(write(() => '"m"', sent.streams ? usageAsked : undefined).text);
      }),
      { numRuns: 400 },
    );
  });

  it('any chat body that a plugin edits: what it did not edit stays as it was written', async () => {
    const { up, post } = await passing({ plugins: [maskDigits()] });
    await fc.assert(
      fc.asyncProperty(chatBody, async ({ write }) => {
        const sent = write((model) => model);
        expect(await post(sent.text), sent.text).toMatchObject({ status: 200, complete: true });
        const masked = ({ value, text }: { value: string; text: string }): string =>
          /\d/.test(value) ? JSON.stringify(value.replace(/\d/g, '#')) : text;
        expect(up.lastBody).toBe(write(() => '"m"', sent.streams ? usageAsked : undefined, masked).text);
      }),
      { numRuns: 400 },
    );
  });

  it('its headers do not: the upstream gets ours, and of the client’s what is on a list', async () => {
    const { up, post } = await passing();
    const kept = { 'openai-beta': 'assistants=v2' };
    const dropped = {
      authorization: 'Bearer of-the-client',
      cookie: 'a=1',
      'openai-organization': 'org-of-the-client',
      'x-api-key': 'of-the-client',
      'x-forwarded-for': '203.0.113.9',
      'x-stainless-retry-count': '1',
      'user-agent': 'OpenAI/JS 7.57.0',
      te: 'trailers',
      'x-canary': 'of-the-client',
    };
    expect(await post(`{"model":"same",${inModel.messages}}`, undefined, { ...kept, ...dropped })).toMatchObject({ status: 200 });
    const raw = up.requests[0]?.rawHeaders ?? [];
    const names = raw.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
    expect(names.sort()).toEqual(
      [
        'accept',
        'accept-encoding',
        'authorization',
        'connection',
        'content-length',
        'content-type',
        'host',
        'openai-beta',
        'user-agent',
      ].sort(),
    );
    expect(raw.join('\n')).not.toContain('of-the-client');
    expect(raw[raw.indexOf('authorization') + 1]).toBe('Bearer sk-operators-own');
  });

  it('arguments of tools are edited inside their string, and the rest of it stays as it was', async () => {
    const { up, post } = await passing({ plugins: [maskDigits()] });
    const inner = '{ "10": "call 555", "9":1.0, "n":12345678901234567890,"s":"\\u00e9\\/" }';
    const message = (text: string): string =>
      `{"model":"same","messages":[{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":${JSON.stringify(text)}}}]}]}`;
    expect(await post(message(inner))).toMatchObject({ status: 200 });
    expect(up.lastBody).toBe(message(inner.replace('555', '###')));
  });

  /**
   * A chat call as text: `write` puts a model, a further member and other contents in, so that what is expected is written
   * by the same hand as what is sent.
   */
  interface ChatBody {
    write(
      model: (spelled: string) => string,
      added?: string,
      content?: (text: { value: string; text: string }) => string,
    ): { readonly text: string; readonly streams: boolean };
  }

  const chatBody: fc.Arbitrary<ChatBody> = fc
    .record({
      model: wordText('chat'),
      contents: fc.array(fc.tuple(fc.constantFrom('user', 'system', 'assistant', 'tool'), stringText), { minLength: 1, maxLength: 4 }),
      others: fc.uniqueArray(fc.tuple(fc.nat({ max: 30 }), jsonText), { maxLength: 5, selector: ([key]) => key }),
      streams: fc.boolean(),
      order: fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
      gaps: fc.array(spaceText, { minLength: 40, maxLength: 40 }),
    })
    .map(({ model, contents, others, streams, order, gaps }) => ({
      write(withModel, added, content = ({ text }) => text) {
        let used = 0;
        const gap = (): string => gaps[used++ % gaps.length] as string;
        const messages = contents.map(
          ([role, text]) => `{${gap()}"role":"${role}",${gap()}"content"${gap()}:${gap()}${content(text)}${gap()}}`,
        );
        const members = [
          `"model"${gap()}:${gap()}${withModel(model)}`,
          `"messages"${gap()}:${gap()}[${messages.join(`${gap()},${gap()}`)}]`,
          ...(streams ? ['"stream": true'] : []),
          // Unknown members whose keys an object would put first and in order; not at the top, where numbers must be finite.
          ...others.map(([key, value]) => `"${key}":[${value}]`),
        ];
        const shuffled = members
          .map((member, index) => ({ member, at: order[index % order.length] as number }))
          .sort((a, b) => a.at - b.at);
        const last = added === undefined ? '' : `,${added}`;
        const joined = shuffled.map(({ member }, index) => (index === 0 ? member : `,${gap()}${member}`));
        return { text: `${gap()}{${gap()}${joined.join('')}${last}${gap()}}${gap()}`, streams };
      },
    }));
});

describe('an answer reaches the client as it was written', () => {
  const oddAnswer =
    '{ "id":"x","10":1,"9":2,\n"choices":[{"index":0,"message":{"role":"assistant","content":"caf\\u00e9 \\/ 🙂","x":1.0},"finish_reason":"stop"}],"big":12345678901234567890 }\n';

  it.each([
    ['untouched', []],
    ['with a plugin that only looks', [onlooker()]],
  ])('whole, %s', async (_how, plugins) => {
    const { post } = await passing({ answer: oddAnswer, plugins });
    const answer = await post(`{"model":"chat",${inModel.messages}}`);
    expect(answer.body.toString()).toBe(oddAnswer);
    expect(answer.headers['content-length']).toBe(String(Buffer.byteLength(oddAnswer)));
  });

  it('whole, with edited texts: what was not edited stays', async () => {
    const { post } = await passing({ answer: oddAnswer.replace('caf', '555 caf'), plugins: [maskDigits()] });
    const answer = await post(`{"model":"chat",${inModel.messages}}`);
    expect(answer.body.toString()).toBe(oddAnswer.replace('"caf\\u00e9 \\/ 🙂"', '"### café / 🙂"'));
  });

  const oddStream = [
    ': OPENROUTER PROCESSING\n\n',
    'data: {"id":"x","10":1,"9":2,"choices":[{"index":0,"delta":{"role":"assistant","content":""}}],"usage":null}\n\n',
    'event: message\nid: 7\ndata:{"choices":[{"index":0,"delta":{"content":"caf\\u00e9 \\/ 🙂"}}],"big":12345678901234567890, "n":1.0}\n\n',
    'retry: 10\ndata: {"choices":[{"index":0,\ndata: "delta":{"content":"two lines"}}]}\n\n',
    'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}\n\n',
    'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}\n\n',
    'data: [DONE]\n\n',
  ];
  const asking = `{"model":"chat",${inModel.messages},"stream":true,${usageAsked}}`;
  const notAsking = `{"model":"chat",${inModel.messages},"stream":true}`;

  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('as a stream with %s, cut anywhere, untouched and looked at', async (_name, end) => {
    const bytes = Buffer.from(oddStream.join('').replaceAll('\n', end));
    let cuts: number[] = [];
    const up = await byteUpstream(async (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const [index, from] of [0, ...cuts].entries())
        await new Promise((written) => {
          res.write(bytes.subarray(from, cuts[index]), written);
        });
      res.end();
    });
    const raw = await running(up.url);
    const wrapped = await running(up.url, { plugins: [onlooker()] });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 6 }), async (places) => {
        cuts = places.sort((a, b) => a - b);
        for (const { url } of [raw, wrapped]) {
          const answer = await postBytes(`${url}/v1/chat/completions`, asking);
          expect(answer.body.toString()).toBe(bytes.toString());
          expect(answer.complete).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('without what only the gateway asked for: the usage chunk and the null keys', async () => {
    const { post } = await passing({ stream: oddStream.join('') });
    const expected = oddStream
      .filter((frame) => !frame.includes('"total_tokens"'))
      .join('')
      .replaceAll(',"usage":null', '');
    expect((await post(notAsking)).body.toString()).toBe(expected);
    expect((await post(asking)).body.toString()).toBe(oddStream.join(''));
  });

  it('with usage in a chunk that has content, as some providers send it, asked for or not', async () => {
    const stream = `data: {"choices":[{"index":0,"delta":{"content":"ok"},"finish_reason":"stop"}],"usage":{"total_tokens":3}}\n\ndata: [DONE]\n\n`;
    const { post } = await passing({ stream });
    for (const body of [asking, notAsking]) expect((await post(body)).body.toString()).toBe(stream);
  });

  it('nothing that a text says is taken for usage, an error or an end', async () => {
    const words = ['"usage":null}', '\\"error\\":{\\"message\\":1}', '[DONE]', 'data: [DONE]', '\\n\\ndata: {}\\n\\n'].map((word) =>
      JSON.stringify(word).slice(1, -1),
    );
    const stream = [
      ...words.map((word) => `data: {"choices":[{"index":0,"delta":{"content":"${word}"}}]}\n\n`),
      'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
      'data: [DONE]\n\n',
    ].join('');
    const { post } = await passing({ stream });
    for (const body of [asking, notAsking]) {
      const answer = await post(body);
      expect(answer.body.toString()).toBe(stream);
      expect(answer.complete).toBe(true);
    }
  });

  it('as a stream with edited texts: what was not edited stays, frame by frame', async () => {
    const stream = oddStream.join('').replace('two lines', '2 lines');
    const { post } = await passing({ stream, plugins: [maskDigits()] });
    const body = (await post(asking)).body.toString();
    expect(body).toBe(
      stream.replace(
        '{"choices":[{"index":0,\ndata: "delta":{"content":"2 lines"}}]}',
        '{"choices":[{"index":0,\ndata: "delta":{"content":"# lines"}}]}',
      ),
    );
  });

  it('with headers by allow-list', async () => {
    const headers = {
      'openai-processing-ms': '7',
      'openai-version': '2020-10-01',
      'x-request-id': 'req_of_upstream',
      'openai-organization': 'org-secret',
      'set-cookie': 'a=1',
      'x-ratelimit-remaining-requests': '1',
      'access-control-allow-origin': '*',
      'strict-transport-security': 'max-age=1',
      server: 'secret/1.0',
      'x-canary': 'secret',
      'cache-control': 'public',
    };
    const { post } = await passing({ headers });
    const hop = ['date', 'connection', 'x-powered-by'];
    const names = (answer: { headers: object }): string[] =>
      Object.keys(answer.headers)
        .filter((name) => !hop.includes(name))
        .sort();
    const whole = await post(`{"model":"chat",${inModel.messages}}`);
    const passed = [
      'x-gateway-attempts',
      'x-gateway-target',
      'openai-processing-ms',
      'openai-version',
      'x-request-id',
      'x-upstream-request-id',
    ];
    expect(names(whole)).toEqual(['content-length', 'content-type', ...passed].sort());
    expect(whole.headers).toMatchObject({ 'x-upstream-request-id': 'req_of_upstream', 'openai-processing-ms': '7' });
    const streamed = await post(notAsking);
    expect(names(streamed)).toEqual(['cache-control', 'content-type', 'transfer-encoding', 'x-accel-buffering', ...passed].sort());
    expect(streamed.headers['cache-control']).toBe('no-cache, no-transform');
  });

  it('any answer, spelled in any way', async () => {
    let text = '';
    const up = await byteUpstream((res, { body }) => {
      const stream = body.includes('"stream":true');
      res.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'application/json' });
      res.end(stream ? `data: ${text}\n\ndata: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n` : text);
    });
    const { url } = await running(up.url);
    await fc.assert(
      fc.asyncProperty(jsonText, stringText, async (value, content) => {
        text = `{"x":${value},"choices":[{"index":0,"message":{"content":${content.text}},"delta":{"content":${content.text}}}]}`;
        const whole = await postBytes(`${url}/v1/chat/completions`, `{"model":"chat",${inModel.messages}}`);
        expect(whole.body.toString()).toBe(text);
        text = text.replace(/[\r\n]/g, ' '); // an event's payload is one line here
        const streamed = await postBytes(`${url}/v1/chat/completions`, asking);
        expect(streamed.body.toString()).toContain(`data: ${text}\n\n`);
        expect(streamed.complete).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

// Recorded traffic of real clients and providers, where there is some: GATEWAY_TRAFFIC_DATA names its folder.
const recordings = recordingsIn(process.env.GATEWAY_TRAFFIC_DATA).filter(({ api }) => api === 'openai-chat' || api === 'embeddings');
const replayed = recordings.filter((recording) => routeOf(recording) !== undefined);

describe('recorded traffic', () => {
  it.skipIf(recordings.length === 0)('is replayed wherever its path is one of ours', () => {
    const others = recordings.filter((recording) => routeOf(recording) === undefined);
    console.info(
      `Recordings of chat and embeddings: ${recordings.length}; replayed: ${replayed.length}; of other paths: ${others.length}.`,
    );
    expect(new Set(others.map(({ path }) => path?.split('/').at(-1)))).not.toContain('completions');
    expect(replayed.length).toBeGreaterThan(100);
  });

  it.each(replayed.map((recording) => [`${recording.api} of ${recording.provider}, ${recording.id}`, recording] as const))(
    '%s',
    async (_name, recording) => {
      await replay(recording, []);
      await replay(recording, [onlooker()]); // every text of it was looked at
    },
  );

  /** Sends a recorded request through a gateway whose upstream gives the recorded answer, and compares everything. */
  async function replay(recording: Recording, plugins: readonly GatewayPlugin[]): Promise<void> {
    const streams = isStream(recording);
    const answer = answerText(recording);
    const up = await byteUpstream((res) => {
      res.writeHead(recording.status, { 'content-type': recording.response.content_type }).end(answer);
    });
    const { open, opened } = gate<Settlement>();
    const watching = definePlugin({ name: 'watching', create: () => ({ onRequest: (context) => context.onSettled(open) }) });
    const { url, logger } = await running(up.url, { plugins: [watching(), ...plugins] });
    const asked = recording.request?.json ?? {
      model: 'm',
      messages: [{ role: 'user', content: 'Hi' }],
      input: 'Hi',
      ...(streams && { stream: true }),
    };
    const body = { model: 'm', ...asked };
    const sent = JSON.stringify({ ...body, model: `up/${body.model}` });
    const got = await postBytes(url + routeOf(recording), sent);
    const settlement = await opened;

    if (settlement.attempts.length === 0) {
      // Refused by the gateway itself: only what the provider refused with the same status.
      expect(got.status).toBe(recording.status);
      expect(got.status).toBe(400);
      return;
    }
    const { stream, stream_options: options } = asked as { stream?: boolean; stream_options?: { include_usage?: boolean } };
    const addsUsage = stream === true && options?.include_usage !== true;
    const written = JSON.stringify(body);
    expect(up.lastBody).toBe(addsUsage ? `${written.slice(0, -1)},${usageAsked}}` : written);
    if (recording.status >= 400) {
      expect(got.status).toBe({ 400: 400, 401: 502, 404: 404 }[recording.status]);
      expect(settlement).toMatchObject({ attempts: [{ outcome: 'failed', status: recording.status }] });
      return;
    }
    const payloads = streams ? payloadsOf(answer) : [recording.response.json as Payload];
    expectReported(settlement, payloads);
    const broken = streams ? payloads.findIndex(({ error }) => error) : -1;
    if (broken !== -1) {
      // Everything up to the provider's error, then the gateway's own words and no proper end.
      expect(got.complete).toBe(false);
      expect(payloadsOf(got.body.toString()).slice(0, -1)).toEqual(payloads.slice(0, broken));
      expect(payloadsOf(got.body.toString()).at(-1)).toMatchObject({ error: { code: 'GW_UPSTREAM_STREAM_ERROR' } });
      expect(settlement).toMatchObject({ outcome: 'failed', error: 'GW_UPSTREAM_STREAM_ERROR' });
      return;
    }
    expect(got).toMatchObject({ status: recording.status, complete: true });
    expect(got.body.toString()).toBe(streams && addsUsage ? withoutUnaskedUsage(answer) : answer);
    expect(settlement).toMatchObject({ outcome: 'completed', error: undefined });
    expect(logger.lines).toEqual([]);
  }

  /** What the gateway itself asked for is for the gateway. */
  function withoutUnaskedUsage(stream: string): string {
    return stream
      .split(/(?<=\r?\n\r?\n)/)
      .filter((frame) => !payloadsOf(frame).some(({ choices, usage }) => Array.isArray(choices) && choices.length === 0 && usage))
      .map((frame) => frame.replace(/,\s?"usage":\s?null(?=[,}])/, ''))
      .join('');
  }

  type Payload = Readonly<Record<string, unknown>>;

  /** The settlement against the answer: the last usage there is, the first choice's reason to finish. */
  function expectReported(settlement: Settlement, payloads: readonly Payload[]): void {
    const usage = payloads.map((payload) => (payload.usage ?? (payload.x_groq as Payload)?.usage) as Payload | undefined).findLast(Boolean);
    expect(settlement.usage?.raw).toEqual(usage);
    expect(settlement.usage?.input).toBe(usage?.prompt_tokens);
    const reasoning = (usage?.completion_tokens_details as { reasoning_tokens?: number } | undefined)?.reasoning_tokens ?? 0;
    const { prompt_tokens: input, completion_tokens: output, total_tokens: total } = (usage ?? {}) as Record<string, number>;
    // Where a provider counts reasoning beside the completion, its total says so.
    expect(settlement.usage?.output).toBe(
      reasoning > 0 && (input ?? 0) + (output ?? 0) + reasoning === total ? (output ?? 0) + reasoning : output,
    );
    const reasons = payloads.flatMap(({ choices }) => ((choices ?? []) as Payload[]).map(({ finish_reason }) => finish_reason));
    expect(settlement.finishReason).toBe(reasons.filter((reason) => typeof reason === 'string' && reason !== '').at(0));
  }
});
