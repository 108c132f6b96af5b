import { describe, expect, it } from 'vitest';
import type { StreamDialect } from '../../../core/src/dialects/dialect.ts';
import { openaiChat } from '../../../core/src/dialects/openai-chat/openai-chat.ts';
import type { GatewayError } from '../../../core/src/errors.ts';
import { gatewayError } from '../../../core/src/errors.ts';
import type { StreamEvent } from '../../../core/src/model/events.ts';
import type { RegionSink } from '../../../core/src/upstream/regions.ts';
import type { ByteSink, Reply } from '../../../core/src/upstream/reply.ts';
import { SseBody, type SseBodyOptions } from '../../../core/src/upstream/sse-body.ts';

/** A reply under way whose bytes the test hands over. */
class ManualReply {
  paused = false;
  over = false;
  abortedWith: GatewayError | undefined = undefined;
  sink: ByteSink | undefined = undefined;

  attach(sink: ByteSink): void {
    this.sink = sink;
  }

  say(...pieces: readonly string[]): void {
    for (const piece of pieces) this.sink?.data(Buffer.from(piece));
  }

  /** The upstream's last byte was heard, before or after anybody took it. */
  end(): void {
    this.over = true;
    this.sink?.end();
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  /** As a reply does: nothing once it is over, else its sink hears the error. */
  abort(error: GatewayError): void {
    if (this.over) return;
    this.over = true;
    this.abortedWith = error;
    this.sink?.fail(error);
  }
}

interface Streaming {
  readonly reply: ManualReply;
  readonly body: SseBody;
  /** What the stream's options heard: undefined for a good end. */
  readonly ends: (GatewayError | undefined)[];
}

function streaming(options: Partial<SseBodyOptions> = {}): Streaming {
  const reply = new ManualReply();
  const ends: (GatewayError | undefined)[] = [];
  const body = new SseBody(reply as unknown as Reply, {
    dialect: openaiChat.stream as StreamDialect,
    stripUsage: false,
    request: {},
    maxEventBytes: 1_000,
    now: () => 0,
    onOver: (error) => ends.push(error),
    ...options,
  });
  body.open();
  return { reply, body, ends };
}

/** Takes regions as text, as fast as they come or not. */
class NotingSink implements RegionSink {
  text = '';
  ended = false;
  error: GatewayError | undefined = undefined;
  open = true;

  region(bytes: Buffer): boolean {
    this.text += bytes.toString();
    return this.open;
  }

  end(): void {
    this.ended = true;
  }

  fail(error: GatewayError): void {
    this.error = error;
  }
}

function taken(stream: Streaming): NotingSink {
  const sink = new NotingSink();
  stream.body.attach(sink);
  return sink;
}

const frame = 'data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}\n\n';
const roleFrame = 'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n';
const lastFrame = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n';
const done = 'data: [DONE]\n\n';
const errorFrame = 'data: {"error":{"message":"Too many requests","code":"rate_limit_exceeded"}}\n\n';

describe('SseBody and its reader', () => {
  it('pauses the upstream while its reader is behind', () => {
    const stream = streaming();
    const sink = taken(stream);
    sink.open = false;
    stream.reply.say(frame);
    expect(stream.reply.paused).toBe(true);
    stream.body.resume();
    expect(stream.reply.paused).toBe(false);
  });

  it('lets the upstream end after its last event although the reader is behind, so that the socket can be used again', () => {
    const stream = streaming();
    taken(stream).open = false;
    stream.reply.say(`${frame}${done}`);
    expect(stream.reply.paused).toBe(false);
    stream.reply.end();
    expect(stream.reply.abortedWith).toBeUndefined();
  });

  it('keeps about 64 KiB for a reader that does not come; then the upstream waits until it has come', () => {
    const stream = streaming();
    let said = 0;
    for (; !stream.reply.paused; said += 1) stream.reply.say(frame);
    expect(said * frame.length).toBeGreaterThan(64 * 1024);
    expect(said * frame.length).toBeLessThan(65 * 1024);
    const sink = taken(stream);
    expect(sink.text).toBe(frame.repeat(said));
    expect(stream.reply.paused).toBe(false);
  });

  it('keeps the upstream waiting when the reader that comes is behind at once', () => {
    const stream = streaming();
    stream.reply.say(frame);
    const sink = new NotingSink();
    sink.open = false;
    stream.body.attach(sink);
    expect(stream.reply.paused).toBe(true);
  });

  it('tells a reader that comes late how it ended', () => {
    const good = streaming();
    good.reply.say(frame, lastFrame, done);
    good.reply.end();
    expect(taken(good)).toMatchObject({ text: frame + lastFrame + done, ended: true, error: undefined });

    const bad = streaming();
    bad.reply.say(frame);
    bad.reply.end();
    expect(taken(bad)).toMatchObject({ text: frame, ended: false, error: { code: 'GW_UPSTREAM_TRUNCATED' } });
  });
});

describe('SseBody and the end of a stream', () => {
  it('is complete with [DONE], and hands over nothing that follows it', () => {
    const stream = streaming();
    const sink = taken(stream);
    stream.reply.say(`${frame}${done}${frame}`, frame, errorFrame);
    stream.reply.end();
    expect(sink).toMatchObject({ text: frame + done, ended: true });
    expect(stream.ends).toEqual([undefined]);
  });

  it('is complete without [DONE] when a finish reason was given', () => {
    const stream = streaming();
    const sink = taken(stream);
    stream.reply.say(frame, lastFrame);
    stream.reply.end();
    expect(sink).toMatchObject({ text: frame + lastFrame, ended: true });
    expect(stream.ends).toEqual([undefined]);
  });

  it.each([
    ['nothing', []],
    ['no finish reason', [frame]],
    ['an event in its middle', [frame, lastFrame.slice(0, 30)]],
  ])('is truncated with %s, and hands over whole events only', (_what, pieces) => {
    const stream = streaming();
    const sink = taken(stream);
    stream.reply.say(...pieces);
    stream.reply.end();
    expect(sink).toMatchObject({ text: pieces.filter((piece) => piece.endsWith('\n\n')).join(''), ended: false });
    expect(sink.error?.code).toBe('GW_UPSTREAM_TRUNCATED');
    expect(stream.ends.map((error) => error?.code)).toEqual(['GW_UPSTREAM_TRUNCATED']);
  });

  it.each(['\n', '\r', '\r\n'])('takes a last event that lacks its blank line when its line ends with %j', (lineEnd) => {
    const stream = streaming();
    const sink = taken(stream);
    stream.reply.say(`${frame}data: [DONE]${lineEnd}`);
    stream.reply.end();
    expect(sink).toMatchObject({ text: `${frame}data: [DONE]${lineEnd}`, ended: true });
  });

  it('ends once when it fails after it was complete', () => {
    const stream = streaming();
    const sink = taken(stream);
    stream.reply.say(frame, done);
    stream.reply.abort(gatewayError('GW_UPSTREAM_TRUNCATED'));
    stream.body.abort(gatewayError('GW_CLIENT_CLOSED'));
    expect(sink).toMatchObject({ ended: true, error: undefined });
    expect(stream.ends).toEqual([undefined]);
  });

  it('closes the upstream when nobody wants the rest', () => {
    const stream = streaming();
    const sink = taken(stream);
    const gone = gatewayError('GW_CLIENT_CLOSED');
    stream.reply.say(frame);
    stream.body.abort(gone);
    expect(stream.reply.abortedWith).toBe(gone);
    expect(sink.error).toBe(gone);
    expect(stream.ends).toEqual([gone]);
  });
});

describe("SseBody and the upstream's errors", () => {
  it.each([
    ['{"error":{"message":"words","type":"server_error"}}', 'GW_UPSTREAM_STREAM_ERROR'],
    ['{"error":"words"}', 'GW_UPSTREAM_STREAM_ERROR'],
    ['{"object":"error","message":"words","code":500}', 'GW_UPSTREAM_STREAM_ERROR'],
    ['{"error":{"message":"words","code":"rate_limit_exceeded"}}', 'GW_UPSTREAM_RATE_LIMITED'],
    ['{"error":{"message":"words","type":"too_many_requests"}}', 'GW_UPSTREAM_RATE_LIMITED'],
    ['{"choices":[],"error":{"code":429,"message":"words"}}', 'GW_UPSTREAM_RATE_LIMITED'],
  ])('makes of %s %s, with none of its words', (event, code) => {
    const stream = streaming();
    const sink = taken(stream);
    stream.reply.say(`${frame}data: ${event}\n\n${frame}`);
    expect(sink.text).toBe(frame);
    expect(sink.error).toMatchObject({ code, message: expect.not.stringContaining('words') });
    expect(stream.reply.abortedWith?.code).toBe(code);
  });

  it.each([
    ['a text', 'data: {"choices":[{"index":0,"delta":{"content":"\\"error\\": no"},"finish_reason":null}]}\n\n'],
    ['null', 'data: {"choices":[],"error":null}\n\n'],
  ])('takes a mere mention in %s for no error', (_where, mention) => {
    const stream = streaming();
    const sink = taken(stream);
    stream.reply.say(mention, lastFrame, done);
    expect(sink).toMatchObject({ text: mention + lastFrame + done, ended: true });
  });

  it('knows the error for what it is although the upstream was over before anybody looked', async () => {
    const stream = streaming();
    stream.reply.over = true; // head, event and end came in one packet
    stream.reply.say(errorFrame);
    stream.reply.end();
    expect(taken(stream).error?.code).toBe('GW_UPSTREAM_RATE_LIMITED');
    expect(stream.ends.map((error) => error?.code)).toEqual(['GW_UPSTREAM_RATE_LIMITED']);
    await expect(stream.body.content()).rejects.toMatchObject({ code: 'GW_UPSTREAM_RATE_LIMITED' });
  });

  it('knows the error in a last event that lacks its blank line', () => {
    const stream = streaming();
    const sink = taken(stream);
    stream.reply.say(lastFrame, errorFrame.slice(0, -1));
    stream.reply.end();
    expect(sink).toMatchObject({ text: lastFrame, ended: false, error: { code: 'GW_UPSTREAM_RATE_LIMITED' } });
  });

  it('gives up an event that is larger than an event may be, however it comes', () => {
    for (const pieces of [[`data: ${'x'.repeat(1_001)}`], ['data: ', ...Array.from({ length: 1_001 }, () => 'x')]]) {
      const stream = streaming();
      const sink = taken(stream);
      stream.reply.say(frame, ...pieces);
      expect(sink.text).toBe(frame);
      expect(sink.error).toMatchObject({ code: 'GW_UPSTREAM_TOO_LARGE', message: expect.stringContaining('larger than 1000 bytes') });
    }
  });

  it('gives up an event that is too large although the upstream was over before anybody looked', () => {
    const stream = streaming();
    stream.reply.over = true;
    stream.reply.say(frame, `data: ${'x'.repeat(1_001)}`);
    stream.reply.end();
    expect(taken(stream).error?.code).toBe('GW_UPSTREAM_TOO_LARGE');
  });
});

describe('SseBody and events that are not JSON', () => {
  const bad = 'data: {"choices":[{"ind\n\n';

  it('leaves them out and goes on, and tells whoever wants to know', () => {
    const counts: number[] = [];
    const stream = streaming({ onBadEvent: (count) => counts.push(count) });
    const seen: string[] = [];
    stream.body.tap(({ raw }) => seen.push(raw));
    const sink = taken(stream);
    stream.reply.say(frame + bad + frame, bad, lastFrame + done);
    expect(sink).toMatchObject({ text: frame + frame + lastFrame + done, ended: true, error: undefined });
    expect([seen.join(''), counts]).toEqual([sink.text, [1, 2]]);
  });

  it('ends the stream at the third, with what came before it and nothing of what follows', () => {
    const stream = streaming();
    const sink = taken(stream);
    stream.reply.say(frame + bad, bad, `${frame}${bad}${frame}`, frame);
    expect(sink).toMatchObject({ text: frame + frame, ended: false });
    expect(sink.error).toMatchObject({ code: 'GW_UPSTREAM_BAD_RESPONSE', message: expect.stringContaining('events that are not JSON') });
    expect(stream.reply.abortedWith?.code).toBe('GW_UPSTREAM_BAD_RESPONSE');
    expect(stream.ends.map((error) => error?.code)).toEqual(['GW_UPSTREAM_BAD_RESPONSE']);
  });

  it('before any content: another target may still be asked', async () => {
    const stream = streaming();
    const content = stream.body.content();
    stream.reply.say(roleFrame, bad.repeat(3));
    await expect(content).rejects.toMatchObject({ code: 'GW_UPSTREAM_BAD_RESPONSE', retryable: true });
  });

  it('takes a last event that lacks its blank line for no better', () => {
    const stream = streaming();
    const sink = taken(stream);
    stream.reply.say(frame + lastFrame + bad.slice(0, -1));
    stream.reply.end();
    expect(sink).toMatchObject({ text: frame + lastFrame, ended: true });
  });

  it('keeps them from who reads events', async () => {
    const stream = streaming();
    const { events } = stream.body;
    stream.reply.say(frame + bad, lastFrame + done);
    const raws: string[] = [];
    for await (const event of events) raws.push(event.raw);
    expect(raws).toEqual([frame, lastFrame, done]);
  });

  it('keeps them from the translation', () => {
    const regions: string[] = [];
    const nothing = Buffer.alloc(0);
    const push = (region: Buffer): Buffer => {
      regions.push(String(region));
      return nothing;
    };
    const stages = { push, end: () => nothing };
    const stream = streaming({
      translation: {
        stages: stages as unknown as NonNullable<SseBodyOptions['translation']>['stages'],
        to: openaiChat.stream as StreamDialect,
        maxBytes: 10_000,
      },
    });
    stream.reply.say(frame + bad + lastFrame + done);
    expect(regions).toEqual([frame + lastFrame + done]);
  });
});

describe('SseBody.content', () => {
  /** Whether it has resolved by now. */
  async function resolved(content: Promise<void>): Promise<boolean> {
    let is = false;
    content.then(
      () => {
        is = true;
      },
      () => {},
    );
    await new Promise((go) => setImmediate(go));
    return is;
  }

  it('resolves with the first content, not with a role, a comment or a text that is empty', async () => {
    let now = 5;
    const stream = streaming({ now: () => now });
    const content = stream.body.content();
    stream.reply.say(': ping\n\n', roleFrame);
    expect(await resolved(content)).toBe(false);
    expect(stream.body.firstContentAt).toBeUndefined();
    now = 7;
    stream.reply.say(frame);
    now = 9;
    stream.reply.say(frame);
    expect(await resolved(content)).toBe(true);
    expect(stream.body.firstContentAt).toBe(7);
  });

  it('resolves with the end of an answer that has no content', async () => {
    const stream = streaming();
    const content = stream.body.content();
    stream.reply.say(lastFrame, done);
    await content;
  });

  it.each([
    ['an error before content', (reply: ManualReply) => reply.say(roleFrame, errorFrame), 'GW_UPSTREAM_RATE_LIMITED'],
    ['a cut before content', (reply: ManualReply) => [reply.say(roleFrame), reply.end()], 'GW_UPSTREAM_TRUNCATED'],
  ] as const)('rejects with %s: another target may still be asked', async (_what, happens, code) => {
    const stream = streaming();
    const content = stream.body.content();
    happens(stream.reply);
    await expect(content).rejects.toMatchObject({ code });
  });

  it('resolves when the error came after content: it is told inside the stream', async () => {
    const stream = streaming();
    stream.reply.say(frame + errorFrame);
    await stream.body.content();
    expect(taken(stream)).toMatchObject({ text: frame, error: { code: 'GW_UPSTREAM_RATE_LIMITED' } });
  });

  it('waits for content no longer than 64 KiB', async () => {
    const stream = streaming();
    const content = stream.body.content();
    while (!stream.reply.paused) stream.reply.say(': ping\n\n'.repeat(100));
    expect(await resolved(content)).toBe(true);
  });
});

describe('SseBody and what the gateway itself asked for', () => {
  const usageFrame = 'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}\n\n';
  const metered = frame.replace('}]}\n\n', '}],"usage":null}\n\n');

  it('leaves out the usage chunk and the null keys, and knows the usage', () => {
    const stream = streaming({ stripUsage: true });
    const sink = taken(stream);
    stream.reply.say(metered + metered, metered, usageFrame, done);
    expect(sink.text).toBe(frame + frame + frame + done);
    expect(stream.body.observer.usage()).toMatchObject({ input: 3, output: 2 });
  });

  it('leaves everything as it is when the client asked for it', () => {
    const stream = streaming({ stripUsage: false });
    const sink = taken(stream);
    stream.reply.say(metered, usageFrame, done);
    expect(sink.text).toBe(metered + usageFrame + done);
    expect(stream.body.observer.usage()).toMatchObject({ input: 3, output: 2 });
  });

  it('shows taps each event once, without what was left out', () => {
    const stream = streaming({ stripUsage: true });
    const seen: StreamEvent[] = [];
    stream.body.tap((event) => seen.push(event));
    stream.reply.say(metered + usageFrame, done);
    expect(seen.map(({ raw }) => raw)).toEqual([frame, done]);
  });
});

describe('SseBody.events', () => {
  it('are the parsed events, and mark the body as wrapped', async () => {
    const stream = streaming();
    expect(stream.body.wrapped).toBe(false);
    const { events } = stream.body;
    expect(stream.body.wrapped).toBe(true);
    stream.reply.say(frame, lastFrame + done);
    stream.reply.end();
    const raws: string[] = [];
    for await (const event of events) raws.push(event.raw);
    expect(raws).toEqual([frame, lastFrame, done]);
  });

  it('fail after the events that came before the error', async () => {
    const stream = streaming();
    stream.reply.say(frame + errorFrame);
    const raws: string[] = [];
    const reading = (async () => {
      for await (const event of stream.body.events) raws.push(event.raw);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'GW_UPSTREAM_RATE_LIMITED' });
    expect(raws).toEqual([frame]);
  });
});

describe('SseBody and ends without an end mark', () => {
  const usageFrame = 'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}\n\n';

  it('is complete after every choice that was asked for is over, however many comments follow', () => {
    const stream = streaming();
    const sink = taken(stream);
    stream.reply.say(frame + lastFrame);
    for (let pings = 0; pings < 20; pings += 1) stream.reply.say(': ping\n\n');
    stream.reply.end();
    expect([sink.ended, sink.error]).toEqual([true, undefined]);
    expect(stream.body.observer.finishReason()).toBe('stop');
  });

  it('is truncated as long as one of several choices is not over', () => {
    const stream = streaming({ request: { n: 2 } });
    const sink = taken(stream);
    stream.reply.say(frame + lastFrame);
    stream.reply.end();
    expect(sink.error).toMatchObject({ code: 'GW_UPSTREAM_TRUNCATED' });
  });

  it('has lost nothing when the connection breaks after finish reason and usage', () => {
    const stream = streaming();
    const sink = taken(stream);
    stream.reply.say(frame + lastFrame + usageFrame);
    stream.body.fail(gatewayError('GW_UPSTREAM_TRUNCATED'));
    expect([sink.ended, sink.error, stream.ends]).toEqual([true, undefined, [undefined]]);
  });

  it('has lost its usage when it breaks before it', () => {
    const stream = streaming();
    const sink = taken(stream);
    stream.reply.say(frame + lastFrame);
    stream.body.fail(gatewayError('GW_UPSTREAM_TRUNCATED'));
    expect(sink.error).toMatchObject({ code: 'GW_UPSTREAM_TRUNCATED' });
  });

  it('closes a last event that lacks its blank line when an error follows it', () => {
    const stream = streaming();
    const sink = taken(stream);
    stream.reply.say(frame.slice(0, -1));
    stream.reply.end();
    expect([sink.text, sink.error?.code]).toEqual([frame, 'GW_UPSTREAM_TRUNCATED']);
  });

  it('ends whatever stands where an index belongs', () => {
    const stream = streaming();
    const sink = taken(stream);
    stream.reply.say(
      'data: {"choices":[{"index":{"toString":1},"delta":{"content":"a","tool_calls":[{"index":[]}]},"finish_reason":"stop"}]}\n',
    );
    stream.reply.end();
    expect(sink.ended).toBe(true);
  });
});

describe('translation', () => {
  /** Upper-cases a text of Chat frames; notes when it is ended. */
  function translating(broken?: 'push' | 'end') {
    const notes: string[] = [];
    const stages = {
      push: (region: Buffer) => {
        if (broken === 'push') throw new RangeError('too deep');
        return Buffer.from(String(region).replace('"hi"', '"HI"'));
      },
      end: () => {
        notes.push('end');
        if (broken === 'end') throw new RangeError('too deep');
        return Buffer.from('data: last\n\n');
      },
    } as unknown as NonNullable<SseBodyOptions['translation']>['stages'];
    const one = streaming({ translation: { stages, to: openaiChat.stream as StreamDialect, maxBytes: 500 } });
    const out: string[] = [];
    one.body.attach({
      region: (bytes) => {
        out.push(String(bytes));
        return true;
      },
      end: () => void out.push('end'),
      fail: (error) => void out.push(`fail ${error.code}`),
    });
    return { ...one, notes, out };
  }

  const content = 'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n';
  const stop = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n';

  it('hands over the client’s frames, and its last ones when the stream ended well', () => {
    const { reply, out } = translating();
    reply.say(content, stop, 'data: [DONE]\n\n');
    expect(out.slice(-2)).toEqual(['data: last\n\n', 'end']);
    expect(out[0]).toContain('"content":"HI"');
  });

  it('has no last frames for a stream that broke off', () => {
    const { reply, out, notes } = translating();
    reply.say(content);
    reply.end();
    expect(out.at(-1)).toBe('fail GW_UPSTREAM_TRUNCATED');
    expect(notes).toEqual([]);
  });

  it('shows taps and readers what the client gets', () => {
    const { reply, body } = translating();
    const seen: string[] = [];
    body.tap((event) => void seen.push(event.data));
    reply.say(content);
    expect(seen[0]).toContain('"content":"HI"');
  });

  it('has a bound for the whole stream', () => {
    const { reply, out } = translating();
    for (let event = 0; event < 20; event += 1) reply.say(content);
    expect(out.at(-1)).toBe('fail GW_UPSTREAM_TOO_LARGE');
  });

  it.each(['push', 'end'] as const)('that fails (%s) on what a provider sent breaks this stream and nothing else', (broken) => {
    const { reply, out, ends } = translating(broken);
    expect(() => reply.say(content, stop, 'data: [DONE]\n\n')).not.toThrow();
    expect(out.at(-1)).toBe('fail GW_UPSTREAM_BAD_RESPONSE');
    expect(ends).toMatchObject([{ code: 'GW_UPSTREAM_BAD_RESPONSE' }]);
  });
});

it('an observer that fails on what a provider sent breaks its stream and nothing else', () => {
  const chat = openaiChat.stream as StreamDialect;
  const observe: StreamDialect['observe'] = (options) =>
    Object.assign(chat.observe(options), {
      frame: () => {
        throw new RangeError('too deep');
      },
    });
  const { reply, ends } = streaming({ dialect: { ...chat, observe } });
  expect(() => reply.say('data: {"choices":[]}\n\n')).not.toThrow();
  expect(reply.abortedWith?.code).toBe('GW_UPSTREAM_BAD_RESPONSE');
  expect(ends).toMatchObject([{ code: 'GW_UPSTREAM_BAD_RESPONSE' }]);
});
