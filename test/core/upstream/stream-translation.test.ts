import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../../core/src/dialects/anthropic-messages/anthropic-messages.ts';
import type { StreamDialect } from '../../../core/src/dialects/dialect.ts';
import { openaiChat } from '../../../core/src/dialects/openai-chat/openai-chat.ts';
import { FrameSplitter } from '../../../core/src/dialects/sse.ts';
import { eventsOf } from '../../../core/src/dialects/sse-event.ts';
import type { AnswerAbout } from '../../../core/src/dialects/translation.ts';
import { StreamTranslation } from '../../../core/src/upstream/stream-translation.ts';
import { translationOf } from '../../../core/src/upstream/translated-request.ts';
import { chunk, doneFrame, lastChunk } from '../harness/loopback.ts';

const about: AnswerAbout = { id: 'abc', created: 1, model: 'm', withUsage: true, request: {} };
const chat = openaiChat.stream as StreamDialect;
const messages = anthropicMessages.stream as StreamDialect;

const toMessages = (): StreamTranslation =>
  new StreamTranslation(chat, translationOf(openaiChat).streamReader(), translationOf(anthropicMessages).streamWriter(about));

const textOf = (frames: string): string =>
  eventsOf(Buffer.from(frames), messages)
    .flatMap((event) => event.texts())
    .map(({ text }) => text)
    .join('');

describe('StreamTranslation', () => {
  it('turns frames into the client’s, and ends with its last event', () => {
    const translation = toMessages();
    const first = String(translation.push(Buffer.from(chunk('Hel') + chunk('lo 🙂'))));
    expect(first).toMatch(/^event: message_start\n/);
    expect(textOf(first)).toBe('Hello 🙂');
    const rest = String(translation.push(Buffer.from(lastChunk + doneFrame))) + String(translation.end());
    expect(rest).toMatch(/event: message_stop\ndata: .*\n\n$/);
    expect(first + rest).not.toContain('[DONE]');
  });

  it('says the same wherever the regions end', () => {
    const frames = [chunk('Hel'), chunk('lo '), ': a comment\n\n', chunk('Zürich 🙂'), lastChunk, doneFrame];
    const whole = toMessages();
    const expected = String(whole.push(Buffer.from(frames.join('')))) + String(whole.end());
    fc.assert(
      fc.property(fc.array(fc.nat(frames.join('').length), { maxLength: 8 }), (cuts) => {
        const bytes = Buffer.from(frames.join(''));
        const splitter = new FrameSplitter(1_000_000);
        const translation = toMessages();
        let out = '';
        let start = 0;
        for (const end of [...new Set([...cuts, bytes.length])].sort((one, other) => one - other)) {
          if (splitter.push(bytes.subarray(start, end))) out += String(translation.push(splitter.bytes));
          start = end;
        }
        expect(out + String(translation.end())).toBe(expected);
      }),
    );
  });

  it('passes over what says nothing', () => {
    const translation = toMessages();
    expect(translation.push(Buffer.from(': keep-alive\n\n')).length).toBe(0);
    expect(translation.push(Buffer.from('data: not json\n\n')).length).toBe(0);
  });
});
