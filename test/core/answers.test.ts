import { describe, expect, it } from 'vitest';
import { answerResponse, errorResponse } from '../../core/src/answers.ts';
import type { CallDialect } from '../../core/src/dialects/dialect.ts';
import { openaiChat } from '../../core/src/dialects/openai-chat/openai-chat.ts';
import { openaiEmbeddings } from '../../core/src/dialects/openai-embeddings/openai-embeddings.ts';
import { GatewayError, gatewayError } from '../../core/src/errors.ts';
import { Exchange } from '../../core/src/exchange.ts';
import { InProcessInbound } from '../../core/src/in-process.ts';
import type { StreamEvent } from '../../core/src/model/events.ts';
import type { GatewayResponse, JsonBody, StreamBody } from '../../core/src/model/response.ts';
import type { Usage } from '../../core/src/model/usage.ts';
import { parseCall } from '../../core/src/parsed-call.ts';
import { Router } from '../../core/src/upstream/router.ts';
import { anywhere } from './harness/address.ts';
import { manualClock } from './harness/manual-clock.ts';
import { recordingLogger } from './harness/recording-logger.ts';

/** An exchange whose client asked this; `undefined`: its body was not read yet. */
function exchange(body: object | undefined, dialect: CallDialect = openaiChat): Exchange {
  const parts = { clock: manualClock(1_700_000_000_999), logger: recordingLogger(), router: new Router([], {}) };
  const one = new Exchange(parts, new InProcessInbound('POST', '/v1', {}, Buffer.alloc(0)), dialect);
  if (body === undefined) return one;
  const text = JSON.stringify(body);
  one.call = parseCall(dialect, anywhere, Buffer.from(text), text, { depth: 64, values: 1_000, keys: 1_000 });
  return one;
}

const question = { model: 'chat', messages: [{ role: 'user', content: 'Hi' }] };
const usage: Usage = { input: 3, output: 4, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw: undefined };

function jsonOf(response: GatewayResponse): unknown {
  return JSON.parse((response.body as JsonBody).bytes().toString());
}

async function eventsOf(response: GatewayResponse): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of (response.body as StreamBody).events) events.push(event);
  return events;
}

describe('an error as an answer', () => {
  it('has the status, the headers and the words of the error, in the client’s dialect, with the exchange’s id', () => {
    const one = exchange(question);
    const error = new GatewayError({ status: 403, code: 'NO', message: 'No.', param: 'model', headers: { 'x-why': 'because' } });
    const response = errorResponse(one, error);
    expect(response).toMatchObject({ status: 403, source: 'gateway', headers: { 'x-why': 'because' } });
    expect(jsonOf(response)).toEqual({
      error: { message: 'No.', type: 'permission_error', param: 'model', code: 'NO', request_id: one.id, retryable: false },
    });
  });

  it('is what the exchange remembers as its error', () => {
    const one = exchange(question);
    const error = gatewayError('GW_INTERNAL');
    expect(errorResponse(one, error, 'plugin:strict').source).toBe('plugin:strict');
    expect(one.error).toBe(error);
  });

  it('tells clients not to try again, unless that can help or the error says itself', () => {
    const header = (headers: Record<string, string> | undefined, retryable: boolean): unknown =>
      errorResponse(
        exchange(question),
        new GatewayError({ status: 429, code: 'NO', message: 'No.', retryable, ...(headers && { headers }) }),
      ).headers['x-should-retry'];
    expect(header(undefined, false)).toBe('false');
    expect(header(undefined, true)).toBeUndefined();
    expect(header({ 'x-should-retry': 'true' }, false)).toBe('true');
    expect(header({ 'x-should-retry': 'false' }, true)).toBe('false');
  });

  it('is whole even for a client that asked for a stream: nothing was sent yet', () => {
    expect(errorResponse(exchange({ ...question, stream: true }), gatewayError('GW_INTERNAL')).body.kind).toBe('json');
  });

  it('needs no call', () => {
    const response = answerResponse(exchange(undefined), { error: gatewayError('GW_NOT_READY') }, 'plugin:door');
    expect(response).toMatchObject({ status: 503, source: 'plugin:door' });
  });
});

describe('a text as an answer', () => {
  it('is whole for a client that wants it whole, and names the model as the client did', () => {
    const one = exchange(question);
    const response = answerResponse(one, { text: 'Hello "you" 🙂', usage }, 'plugin:cache');
    expect(response).toMatchObject({ status: 200, source: 'plugin:cache', usage });
    expect(response).not.toHaveProperty('target');
    expect(jsonOf(response)).toMatchObject({
      id: `chatcmpl-${one.id}`,
      object: 'chat.completion',
      created: 1_700_000_000, // whole seconds
      model: 'chat',
      choices: [{ message: { role: 'assistant', content: 'Hello "you" 🙂' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
    });
  });

  it('is a stream for a client that wants a stream; usage comes to who asked', async () => {
    for (const options of [undefined, { include_usage: false }, { include_usage: true }]) {
      const one = exchange({ ...question, stream: true, ...(options && { stream_options: options }) });
      const events = await eventsOf(answerResponse(one, { text: 'Hello', usage }, 'plugin:cache'));
      expect(events.flatMap((event) => event.texts().map(({ text }) => text)).join('')).toBe('Hello');
      expect(events.at(-1)?.data).toBe('[DONE]');
      const usages = events.map(({ json }) => (json as { usage?: unknown } | undefined)?.usage).filter(Boolean);
      expect(usages).toEqual(options?.include_usage ? [{ prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }] : []);
    }
  });

  it('without usage says that nothing was used, and reports none', () => {
    const response = answerResponse(exchange(question), { text: 'Hello' }, 'plugin:cache');
    expect(response).not.toHaveProperty('usage');
    expect(jsonOf(response)).toMatchObject({ usage: { total_tokens: 0 } });
  });

  it('can be edited by plugins further out, whole and streamed', async () => {
    const whole = answerResponse(exchange(question), { text: 'Room 12' }, 'plugin:cache');
    for (const text of (whole.body as JsonBody).texts()) text.replace(text.text.replace(/\d/g, '#'));
    expect(jsonOf(whole)).toMatchObject({ choices: [{ message: { content: 'Room ##' } }] });
    const events = await eventsOf(answerResponse(exchange({ ...question, stream: true }), { text: 'Room 12' }, 'plugin:cache'));
    const edited = events.map((event) => event.withTexts(({ text }) => text.replace(/\d/g, '#')).raw).join('');
    expect(edited).toContain('"content":"Room ##"');
  });

  it('is no answer before the body was read, nor to a call for embeddings: the message says what is', () => {
    expect(() => answerResponse(exchange(undefined), { text: 'x' }, 'plugin:cache')).toThrow(
      /answer with an error before the body is read/,
    );
    const one = exchange({ model: 'embed', input: 'x' }, openaiEmbeddings);
    expect(() => answerResponse(one, { text: 'x' }, 'plugin:cache')).toThrow(/openai-embeddings has no text answers; give json/);
  });
});

describe('JSON as an answer', () => {
  it('goes out as it is given', () => {
    const json = { object: 'list', data: [{ embedding: [1, 2] }] };
    const response = answerResponse(exchange({ model: 'embed', input: 'x' }, openaiEmbeddings), { json }, 'plugin:cache');
    expect(response).toMatchObject({ status: 200, source: 'plugin:cache' });
    expect(jsonOf(response)).toEqual(json);
  });

  it('has texts for plugins further out', () => {
    const json = { choices: [{ message: { content: 'Room 12' } }] };
    const response = answerResponse(exchange(question), { json }, 'plugin:cache');
    expect((response.body as JsonBody).texts().map(({ text }) => text)).toEqual(['Room 12']);
  });

  it('is no answer to a client that asked for a stream', () => {
    expect(() => answerResponse(exchange({ ...question, stream: true }), { json: {} }, 'plugin:cache')).toThrow(/expected a text/);
  });
});
