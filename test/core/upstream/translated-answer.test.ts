import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../../core/src/dialects/anthropic-messages/anthropic-messages.ts';
import { BytesBody } from '../../../core/src/dialects/json-body.ts';
import { defineProvider } from '../../../core/src/providers/define-provider.ts';
import { memoryCacheStore } from '../../../core/src/services/cache-store.ts';
import { Attempt } from '../../../core/src/upstream/attempt.ts';
import { KeptItems } from '../../../core/src/upstream/kept-items.ts';
import { streamTranslation, translatedBody } from '../../../core/src/upstream/translated-answer.ts';
import { manualClock } from '../harness/manual-clock.ts';
import { firstTry, madeExchange } from './made-exchange.ts';

const provider = defineProvider({ name: 'up', baseUrl: 'http://127.0.0.1:9', paths: { 'openai-chat': '/c', 'anthropic-messages': '/m' } });

/** An attempt of a Chat call at a target that speaks Messages. */
function attempt(body: object = {}): Attempt {
  const { exchange, targets } = madeExchange([provider], { body, clock: manualClock() });
  const target = { ...targets[0]!, dialect: anthropicMessages };
  return new Attempt({ ...firstTry(exchange, target), translated: { body: {}, dropped: [] } });
}

const items = new KeptItems(memoryCacheStore(), 1_000, 10_000);

const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude',
  content: [{ type: 'text', text: 'Hello 🙂' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 3, cache_read_input_tokens: 2, output_tokens: 4 },
};

const received = (json: unknown): BytesBody => new BytesBody(Buffer.from(JSON.stringify(json)), anthropicMessages);

describe('translatedBody', () => {
  it('is the provider’s answer in the client’s words; its texts can be edited there', () => {
    const body = translatedBody(attempt(), received(message));
    expect(body.json).toMatchObject({
      object: 'chat.completion',
      model: 'claude',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hello 🙂' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 5, completion_tokens: 4, total_tokens: 9 },
    });
    body
      .texts()
      .find(({ text }) => text.startsWith('Hello'))
      ?.replace('Masked');
    expect(String(body.bytes())).toContain('Masked');
  });

  it.each([[[]], ['x'], [null], [5]])('an answer %j is none', (json) => {
    expect(() => translatedBody(attempt(), received(json))).toThrow(expect.objectContaining({ code: 'GW_UPSTREAM_BAD_RESPONSE' }));
  });
});

describe('streamTranslation', () => {
  const stream = (body: object): string => {
    const { stages } = streamTranslation(attempt({ stream: true, ...body }), items, 1_000_000);
    const frames = [
      { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 4 } },
      { type: 'message_stop' },
    ].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    return String(stages.push(Buffer.from(frames.join('')))) + String(stages.end());
  };

  it('is written for the client: its format, and usage only where it asked', () => {
    expect(stream({})).toMatch(/data: \[DONE\]\n\n$/);
    expect(stream({})).not.toContain('"usage"');
    expect(stream({ stream_options: { include_usage: true } })).toContain('"prompt_tokens":5');
  });

  it('is read by whoever taps in the client’s dialect', () => {
    expect(streamTranslation(attempt({ stream: true }), items, 1_000_000).to.contentType).toMatch(/^text\/event-stream/);
  });

  it('needs two dialects that stream', () => {
    const one = attempt({ stream: true });
    const silent = { ...anthropicMessages, stream: undefined } as unknown as typeof anthropicMessages;
    const broken = new Attempt({ ...firstTry(one.exchange, { ...one.target, dialect: silent }) });
    expect(() => streamTranslation(broken, items, 1_000_000)).toThrow(/has no translation/);
  });
});
