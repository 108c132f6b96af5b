import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../../core/src/dialects/anthropic-messages/anthropic-messages.ts';
import { FrameSplitter } from '../../../core/src/dialects/sse.ts';
import { eventsOf } from '../../../core/src/dialects/sse-event.ts';
import { bedrockConverse } from '../../../providers/bedrock/src/converse/converse.ts';
import { eventStreamFraming } from '../../../providers/bedrock/src/framing.ts';
import { chunkEvent, converseEvent, exceptionMessage, streamMessage } from './event-stream-writer.ts';

function decoded(dialect: string, ...chunks: Buffer[]): string {
  const decoder = eventStreamFraming.decoder(dialect);
  const text = chunks.map((chunk) => decoder.push(chunk).toString('utf8')).join('');
  expect(decoder.incomplete).toBe(false);
  return text;
}

/** What the dialect's observer makes of the frames. */
function observed(dialect: typeof bedrockConverse, frames: string) {
  const observer = dialect.stream?.observe({ stripUsage: false, request: {} });
  if (observer === undefined) throw new Error('it streams');
  const splitter = new FrameSplitter(1_000_000);
  splitter.push(Buffer.from(frames));
  observer.chunk(splitter.text);
  for (let start = 0; start < splitter.text.length; ) {
    const end = splitter.frameEnd(start);
    observer.frame(start, end);
    start = end;
  }
  return observer;
}

const anthropic = 'anthropic-messages';
const converse = 'bedrock-converse';

describe('a message that is no event', () => {
  it('Portkey-AI/gateway#1143, #1142: an exception is not swallowed, but an error of the dialect', () => {
    const message = exceptionMessage('throttlingException', 'slow\ndown');
    expect(observed(anthropicMessages, decoded(anthropic, message)).error).toEqual({
      type: 'error',
      error: { type: 'rate_limit_error', message: 'slow\ndown' },
    });
    expect(observed(bedrockConverse, decoded(converse, message)).error).toEqual({
      error: { type: 'throttlingException', code: 429, message: 'slow\ndown' },
    });
  });

  it('is an error too when it comes from the plumbing, without a payload', () => {
    const message = streamMessage({ ':message-type': 'error', ':error-code': 'InternalFailure', ':error-message': 'gone' }, '');
    expect(decoded(anthropic, message)).toBe('event: error\ndata: {"type":"error","error":{"type":"api_error","message":"gone"}}\n\n');
    expect(observed(bedrockConverse, decoded(converse, message)).error).toEqual({ error: { type: 'InternalFailure', message: 'gone' } });
    expect(observed(bedrockConverse, decoded(converse, streamMessage({ ':message-type': 'exception' }, 'x'))).error).toEqual({
      error: { type: 'exception', message: 'x' },
    });
    expect(observed(bedrockConverse, decoded(converse, streamMessage({ ':message-type': 'error' }, 'x'))).error).toEqual({
      error: { type: 'error', message: 'x' },
    });
  });

  it.each([
    ['has no name', converse, streamMessage({ ':message-type': 'event' }, '{}')],
    ['has a name that would be another field', converse, streamMessage({ ':event-type': 'a\ndata: x' }, '{}')],
    ['has no name either', anthropic, streamMessage({}, '{}')],
    ['is a chunk without bytes', anthropic, converseEvent('chunk', {})],
    ['is a chunk that is no JSON', anthropic, streamMessage({ ':event-type': 'chunk' }, 'x')],
    ['is a chunk of what is no JSON', anthropic, chunkEvent('nonsense')],
  ])('is refused when it %s', (_what, dialect, message) => {
    expect(() => decoded(dialect, message)).toThrow();
  });
});

describe('a stream of Converse', () => {
  it('becomes server-sent events named as AWS named them', () => {
    const stream = Buffer.concat([
      converseEvent('messageStart', { role: 'assistant' }),
      converseEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'é\n' } }),
    ]);
    expect(decoded(converse, stream)).toBe(
      'event: messageStart\ndata: {"role":"assistant","p":"abcdefgh"}\n\n' +
        'event: contentBlockDelta\ndata: {"contentBlockIndex":0,"delta":{"text":"é\\n"},"p":"abcdefgh"}\n\n',
    );
  });

  it('may have line breaks between its values', () => {
    const message = streamMessage({ ':event-type': 'metadata', ':message-type': 'event' }, '{\r\n"a":\r1\n}');
    const [event] = eventsOf(Buffer.from(decoded(converse, message)), anthropicMessages.stream as never);
    expect(event?.name).toBe('metadata');
    expect(event?.json).toEqual({ a: 1 });
  });
});

describe('a stream of Invoke', () => {
  it("is Anthropic's own events, byte for byte, with their names before them", () => {
    const delta = '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\\u00e9 1.0"}, "9":1.0,"1":1e400}';
    expect(decoded(anthropic, chunkEvent(delta))).toBe(`event: content_block_delta\ndata: ${delta}\n\n`);
  });

  it('has a name also where the type does not stand first, or is none', () => {
    expect(decoded(anthropic, chunkEvent({ index: 0, type: 'ping' }))).toBe('event: ping\ndata: {"index":0,"type":"ping"}\n\n');
    expect(decoded(anthropic, chunkEvent({ messageStart: {} }))).toBe('event: message\ndata: {"messageStart":{}}\n\n');
    expect(decoded(anthropic, chunkEvent({ type: 'a\nb' }))).toMatch(/^event: message\n/);
  });

  it('leaves out events that hold nothing of the model', () => {
    expect(decoded(anthropic, converseEvent('initial-response', {}))).toBe('');
  });
});

describe('both', () => {
  it('are the same cut at every byte', () => {
    const streams: [string, Buffer][] = [
      [converse, Buffer.concat([converseEvent('messageStop', { stopReason: 'end_turn' }), exceptionMessage('validationException', 'ä')])],
      [anthropic, Buffer.concat([chunkEvent({ type: 'ping' }), chunkEvent({ type: 'message_stop', text: '日本' })])],
    ];
    for (const [dialect, stream] of streams) {
      const whole = decoded(dialect, stream);
      for (let at = 0; at <= stream.length; at += 1) expect(decoded(dialect, stream.subarray(0, at), stream.subarray(at))).toBe(whole);
    }
  });

  it('keep every text, whatever it holds, in one frame for each message', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (texts) => {
        const frames = decoded(converse, ...texts.map((text) => converseEvent('contentBlockDelta', { delta: { text } })));
        const events = eventsOf(Buffer.from(frames), anthropicMessages.stream as never);
        expect(events.map(({ json }) => (json as { delta: { text: string } }).delta.text)).toEqual(texts);
        const own = decoded(anthropic, ...texts.map((text) => chunkEvent({ type: 'x', text })));
        expect(eventsOf(Buffer.from(own), anthropicMessages.stream as never).map(({ json }) => json)).toEqual(
          texts.map((text) => ({ type: 'x', text })),
        );
      }),
    );
  });
});
