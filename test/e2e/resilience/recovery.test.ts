import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../../core/src/config.ts';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import { principal } from '../../../core/src/slot.ts';
import { maskDigits } from '../../contract/src/samples/mask-digits.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { anthropicDriver } from '../formats/drivers/anthropic.ts';
import type { Driver, Question } from '../formats/drivers/driver.ts';
import { googleDriver } from '../formats/drivers/google.ts';
import { openaiChatDriver } from '../formats/drivers/openai-chat.ts';
import { openaiResponsesDriver } from '../formats/drivers/openai-responses.ts';
import { type ClientFormat, formats } from '../formats/providers.ts';
import { type Answering, bodyOf, type ScriptedHost, scriptedHost, scriptedStream, streaming } from '../formats/scripted.ts';

// A stream that breaks off and is gone on with, as the libraries put it together: they throw at what does not fit.

leavesNothing();

const drivers: readonly Driver[] = [openaiChatDriver, openaiResponsesDriver, anthropicDriver, googleDriver];

/** With what JSON and clients stumble over: quotes, line ends, pairs of surrogates, what looks like a number of an event. */
const pieces = ['One', ' "two"', ' \n\n', 'thr', 'ee 👩‍👩‍👧', ' "sequence_number":7', ' four', '.'];
const text = pieces.join('');

const formatOf = (path: string): ClientFormat =>
  path.includes('/v1beta')
    ? 'google-generate-content'
    : path.includes('/messages')
      ? 'anthropic-messages'
      : path.includes('/responses')
        ? 'openai-responses'
        : 'openai-chat';

/** So many frames, then the end of the connection. */
const cutAfter =
  (frames: number, stream: string): Answering =>
  (res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(
      stream
        .split(/(?<=\n\n)/)
        .slice(0, frames)
        .join(''),
      () => res.socket?.end(),
    );
  };

/** The text that a request has as its answer's beginning. */
function beginning(body: Record<string, unknown>): string {
  const messages = body.messages as { role: string; content: string }[] | undefined;
  const last = messages?.at(-1);
  return last?.role === 'assistant' ? last.content : '';
}

interface Broken {
  readonly frames: number;
  readonly first: ClientFormat;
  /** By its whole name. */
  readonly second: string;
  readonly said?: readonly string[];
  readonly config?: Partial<GatewayConfig>;
}

function brokenHost({ frames, first, second, said = pieces, config = {} }: Broken): Promise<ScriptedHost> {
  let asked = 0;
  return scriptedHost(
    (res, request) => {
      asked += 1;
      if (asked === 1) return cutAfter(frames, scriptedStream(first, ...pieces))(res, request);
      const had = beginning(bodyOf(request));
      const rest = said.join('').slice(had.length);
      return streaming(scriptedStream(formatOf(request.path), ...(had === '' ? said : [rest])))(res, request);
    },
    () => ({ models: { both: [`${first}/m`, second] }, resilience: { retries: 0 }, ...config }),
  );
}

const question: Question = { model: 'both', turns: [{ user: 'Count' }], stream: true };

/** Frames of a stream before its first text. */
const before = { 'openai-chat': 1, 'openai-responses': 3, 'anthropic-messages': 2, 'google-generate-content': 0 } as const;

describe.each(drivers)('$name', (driver) => {
  const { format } = driver;
  const seconds = [
    `${format}/other`,
    ...formats.filter((one) => one !== format).map((one) => `${one}/other`),
    'anthropic-messages/claude-haiku-4-5',
  ];

  async function unbroken() {
    const { origin } = await scriptedHost(streaming(scriptedStream(format, ...pieces)));
    return driver.ask(origin, { ...question, model: `${format}/m` });
  }

  it.each(seconds)('makes one answer of two streams, cut after any frame: %s goes on', async (second) => {
    const whole = await unbroken();
    expect(whole.text).toBe(text);
    for (const texts of [1, 3, 5, pieces.length]) {
      const { origin, upstream, settlements } = await brokenHost({ frames: before[format] + texts, first: format, second });
      const answer = await driver.ask(origin, question);
      expect(answer).toMatchObject({ text: whole.text, finish: whole.finish, calls: [], output: whole.output });
      expect(upstream.requests).toHaveLength(2);
      expect(settlements[0]?.attempts.map(({ kind, outcome }) => [kind, outcome])).toEqual([
        ['first', 'failed'],
        ['recovery', 'completed'],
      ]);
    }
  });

  it('gets an error, and nothing of the second answer, where that is another', async () => {
    const said = ['One', ' "two"', ' or three'];
    const { origin, settlements } = await brokenHost({ frames: before[format] + 5, first: format, second: `${format}/other`, said });
    await expect(driver.ask(origin, question)).rejects.toThrow();
    const [failed, unfit] = settlements[0]?.attempts ?? [];
    expect(failed).toMatchObject({ outcome: 'failed', error: 'GW_UPSTREAM_TRUNCATED' });
    expect(unfit?.outcome).not.toBe('failed'); // it is not its fault
  });

  it('gets the first error where the second fails as well', async () => {
    let asked = 0;
    const { origin } = await scriptedHost(
      (res, request) => {
        asked += 1;
        if (asked === 1) return cutAfter(before[format] + 2, scriptedStream(format, ...pieces))(res, request);
        return void res.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"no"}}');
      },
      () => ({ models: { both: [`${format}/m`, `${format}/other`] }, resilience: { retries: 0 } }),
    );
    await expect(driver.ask(origin, question)).rejects.toThrow();
    expect(asked).toBe(2);
  });

  it('gets it through a plugin that changes texts', async () => {
    const { origin } = await brokenHost({
      frames: before[format] + 4,
      first: format,
      second: `${format}/other`,
      config: { plugins: [maskDigits()] },
    });
    expect((await driver.ask(origin, question)).text).toBe(text.replace(/\d/g, '#'));
  });
});

describe('a beginning that was refused', () => {
  it('is asked for from the start, at the same target, and nothing is said twice', async () => {
    let asked = 0;
    const { origin, upstream } = await scriptedHost(
      (res, request) => {
        asked += 1;
        if (asked === 1) return cutAfter(6, scriptedStream('anthropic-messages', ...pieces))(res, request);
        if (beginning(bodyOf(request)) !== '')
          return void res
            .writeHead(400, { 'content-type': 'application/json' })
            .end(
              '{"type":"error","error":{"type":"invalid_request_error","message":"This model does not support assistant message prefill."}}',
            );
        return streaming(scriptedStream('anthropic-messages', ...pieces))(res, request);
      },
      () => ({ models: { both: ['anthropic-messages/m', 'anthropic-messages/claude-haiku-4-5'] }, resilience: { retries: 0 } }),
    );
    expect((await anthropicDriver.ask(origin, question)).text).toBe(text);
    expect(upstream.requests.map((request) => beginning(bodyOf(request)))).toEqual(['', 'One "two" \n\nthr', '']);
  });
});

describe('a joined stream', () => {
  const frames = before['openai-chat'] + 4;
  const pair = { first: 'openai-chat', second: 'openai-chat/other' } as const;
  const body = JSON.stringify({ model: 'both', stream: true, messages: [{ role: 'user', content: 'Count' }] });

  async function streamed(origin: string, headers: Record<string, string> = {}): Promise<string> {
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } };
    return (await fetch(`${origin}/v1/chat/completions`, init)).text();
  }

  it('tells of no usage that its client did not ask for', async () => {
    const { origin, settlements } = await brokenHost({ frames, ...pair });
    const answer = await streamed(origin);
    expect(answer).not.toContain('"prompt_tokens"');
    expect(answer.match(/data: \[DONE\]/g)).toHaveLength(1);
    expect(settlements[0]?.usage).toMatchObject({ input: 11, output: 7 });
  });

  it('is kept as a whole for who sends the same again with its key', async () => {
    const known = definePlugin({
      name: 'known',
      provides: [principal],
      create: () => ({ onRequest: (context) => context.set(principal, { kind: 'key', id: 'k', tenant: 't' }) }),
    });
    const { origin, upstream } = await brokenHost({ frames, ...pair, config: { plugins: [known()] } });
    const key = { 'idempotency-key': 'the-same' };
    const answer = await streamed(origin, key);
    expect(answer).toContain('[DONE]');
    expect(await streamed(origin, key)).toBe(answer);
    expect(upstream.requests).toHaveLength(2);
  });
});
