import Anthropic from '@anthropic-ai/sdk';
import Anthropic0 from 'anthropic-sdk-0';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerBody, answerFrames } from '../../../../core/src/dialects/anthropic-messages/answer.ts';
import { anthropicMessages } from '../../../../core/src/dialects/anthropic-messages/anthropic-messages.ts';
import { MessagesStreamObserver } from '../../../../core/src/dialects/anthropic-messages/observe.ts';
import { ends, eventTexts } from '../../../../core/src/dialects/anthropic-messages/texts.ts';
import type { GatewayAnswer } from '../../../../core/src/dialects/dialect.ts';
import { parseFrameData } from '../../../../core/src/dialects/sse.ts';
import type { JsonValue } from '../../../../core/src/model/json.ts';

const usage = { input: 13, output: 2, cacheRead: 10, cacheWrite: undefined, reasoning: undefined, raw: undefined };
const answer: GatewayAnswer = { id: 'r1', model: 'm', text: 'Hello\n"you" 😀', usage, created: 1_700_000_000 };

const call = { model: 'm', max_tokens: 1, messages: [{ role: 'user' as const, content: 'x' }] };

const options = (body: string, type: string) => ({
  apiKey: 'k',
  baseURL: 'http://127.0.0.1:9',
  maxRetries: 0,
  fetch: async (): Promise<Response> => new Response(body, { headers: { 'content-type': type } }),
});

type Options = ReturnType<typeof options>;

/** Both versions of the SDK; their types have too little in common for one call. */
const sdks = [
  {
    whole: (given: Options): Promise<object> => new Anthropic(given).messages.create(call),
    streamed: (given: Options): Promise<object> => new Anthropic(given).messages.stream(call).finalMessage(),
  },
  {
    whole: (given: Options): Promise<object> => new Anthropic0(given).messages.create(call),
    streamed: (given: Options): Promise<object> => new Anthropic0(given).messages.stream(call).finalMessage(),
  },
];

describe('answerBody', () => {
  it('is a message that its own dialect reads', () => {
    const body = JSON.parse(answerBody(answer)) as JsonValue;
    expect(body).toMatchObject({ id: 'msg_r1', type: 'message', role: 'assistant', model: 'm', stop_sequence: null });
    expect([...anthropicMessages.responseTexts(body)].map(({ text }) => text)).toEqual([answer.text]);
    expect(anthropicMessages.finishReason(body)).toBe('end_turn');
    expect(anthropicMessages.usage(body)).toMatchObject({ input: 13, output: 2, cacheRead: 10 });
  });

  it('claude-code#62396, litellm#34692: an empty text is no block', () => {
    expect(JSON.parse(answerBody({ ...answer, text: '' }))).toMatchObject({ content: [] });
    expect(answerFrames({ ...answer, text: '' }).join('')).not.toContain('content_block');
  });
});

describe('answerFrames', () => {
  it('are whole frames with a name each, in the order that clients count on', () => {
    const frames = answerFrames(answer);
    for (const frame of frames) expect(frame).toMatch(/^event: (\w+)\ndata: \{"type":"\1"[^\n]*\}\n\n$/);
    expect(frames.map((frame) => /\w+$/m.exec(frame)?.[0])).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
  });

  it('are the same message to both versions of the SDK, whole and streamed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.constantFrom(usage, undefined), async (text, used) => {
        const made = { ...answer, text, usage: used };
        const expected = JSON.parse(answerBody(made)) as object;
        const stream = answerFrames(made).join('');
        for (const sdk of sdks) {
          expect(await sdk.whole(options(answerBody(made), 'application/json'))).toMatchObject(expected);
          expect(await sdk.streamed(options(stream, 'text/event-stream'))).toMatchObject(expected);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('are read by the observer of the dialect as complete', () => {
    const observer = new MessagesStreamObserver();
    for (const frame of answerFrames(answer)) {
      const text = Buffer.from(frame).toString('latin1');
      observer.chunk(text);
      observer.frame(0, text.length);
    }
    expect([observer.done, observer.finishReason(), observer.content, observer.error]).toEqual([true, 'end_turn', true, undefined]);
    expect(observer.usage()).toMatchObject({ input: 13, output: 2, cacheRead: 10 });
  });

  it('end their text where the dialect says so', () => {
    const events = answerFrames(answer).map((frame) => parseFrameData(Buffer.from(frame).toString('latin1')) as JsonValue);
    expect(events.flatMap((event) => eventTexts(event).map(({ text }) => text))).toEqual([answer.text]);
    expect(events.map((event) => ends(event))).toEqual([[], [], [], ['0:'], [''], ['']]);
  });
});
