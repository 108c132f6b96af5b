import { describe, expect, it } from 'vitest';
import type { StreamDialect } from '../../../core/src/dialects/dialect.ts';
import { openaiChat } from '../../../core/src/dialects/openai-chat/openai-chat.ts';
import type { ByteSink, Reply } from '../../../core/src/upstream/reply.ts';
import { SseBody } from '../../../core/src/upstream/sse-body.ts';

/** A reply under way whose bytes the test hands over. */
class ManualReply {
  paused = false;
  over = false;
  sink: ByteSink | undefined = undefined;

  attach(sink: ByteSink): void {
    this.sink = sink;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  abort(): void {
    this.over = true;
  }
}

function bodyOn(reply: ManualReply): SseBody {
  return new SseBody(reply as unknown as Reply, {
    dialect: openaiChat.stream as StreamDialect,
    stripUsage: false,
    maxEventBytes: 1_000,
    now: () => 0,
    onOver: () => {},
  });
}

const frame = 'data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}\n\n';

describe('SseBody', () => {
  it('pauses the upstream while its reader is behind', () => {
    const reply = new ManualReply();
    bodyOn(reply).attach({ region: () => false, end: () => {}, fail: () => {} });
    reply.sink?.data(Buffer.from(frame));
    expect(reply.paused).toBe(true);
  });

  it('lets the upstream end after its last event although the reader is behind, so that the socket can be used again', () => {
    const reply = new ManualReply();
    bodyOn(reply).attach({ region: () => false, end: () => {}, fail: () => {} });
    reply.sink?.data(Buffer.from(`${frame}data: [DONE]\n\n`));
    expect(reply.paused).toBe(false);
    reply.sink?.end();
    expect(reply.over).toBe(false);
  });
});
