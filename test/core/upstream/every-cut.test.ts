import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../../core/src/dialects/anthropic-messages/anthropic-messages.ts';
import type { CallDialect, StreamDialect } from '../../../core/src/dialects/dialect.ts';
import { googleGenerateContent } from '../../../core/src/dialects/google-generate-content/google-generate-content.ts';
import { openaiChat } from '../../../core/src/dialects/openai-chat/openai-chat.ts';
import { openaiResponses } from '../../../core/src/dialects/openai-responses/openai-responses.ts';
import type { ByteSink, ByteSource } from '../../../core/src/upstream/reply.ts';
import { SseBody } from '../../../core/src/upstream/sse-body.ts';
import { StreamTranslation } from '../../../core/src/upstream/stream-translation.ts';
import { translationOf } from '../../../core/src/upstream/translated-request.ts';

// A stream that ends at any of its bytes, in every format, with every line end, as it is, wrapped and translated: it comes to
// an end, at once, and looks whole only when it was.

const answer = { id: 'a', model: 'm', text: 'Hi 🙂', usage: undefined, created: 1 };
const dialects = [openaiChat, openaiResponses, anthropicMessages, googleGenerateContent];
const about = { id: 'abc', created: 1, model: 'm', withUsage: true, request: {} };

type Way = 'as it is' | 'wrapped' | 'translated';

/** What the client gets of a stream that stops after these bytes. */
async function ending(dialect: CallDialect, way: Way, bytes: Buffer): Promise<{ text: string; end: string }> {
  let sink: ByteSink | undefined;
  const source: ByteSource = {
    over: false,
    attach(one) {
      sink = one;
    },
    pause: () => {},
    resume: () => {},
    abort: (error) => sink?.fail(error),
  };
  const from = dialect.stream as StreamDialect;
  const to = dialect === openaiChat ? anthropicMessages : openaiChat;
  const stages = new StreamTranslation(from, translationOf(dialect).streamReader(), translationOf(to).streamWriter(about));
  const body = new SseBody(source, {
    dialect: from,
    translation: way === 'translated' ? { stages, to: to.stream as StreamDialect, maxBytes: 1_000_000 } : undefined,
    stripUsage: false,
    request: {},
    maxEventBytes: 100_000,
    now: () => 0,
    onOver: () => {},
  });
  body.open();
  let text = '';
  let end = '';
  const events = way === 'wrapped' ? body.events : undefined;
  if (events === undefined)
    body.attach({
      region: (region) => {
        text += String(region);
        return true;
      },
      end: () => {
        end = 'end';
      },
      fail: ({ code }) => {
        end = code;
      },
    });
  sink?.data(bytes);
  sink?.end();
  if (events !== undefined)
    try {
      for await (const event of events) text += event.raw;
      end = 'end';
    } catch (error) {
      end = (error as { code: string }).code;
    }
  return { text, end };
}

describe.each(dialects)('$id', (dialect) => {
  const frames = (dialect.stream as StreamDialect).answerFrames(answer, true).join('');

  it.each(['as it is', 'wrapped', 'translated'] as const)('%s: ends wherever it is cut', async (way) => {
    for (const lineEnd of ['\n', '\r\n', '\r']) {
      const bytes = Buffer.from(frames.replaceAll('\n', lineEnd));
      const whole = await ending(dialect, way, bytes);
      expect(whole.end).toBe('end');
      for (let cut = 0; cut < bytes.length; cut += 1) {
        const { text, end } = await ending(dialect, way, bytes.subarray(0, cut));
        expect(['end', 'GW_UPSTREAM_TRUNCATED']).toContain(end);
        if (end !== 'end' && way === 'translated') expect(text).not.toMatch(/\[DONE\]|message_stop/);
      }
    }
  });
});
