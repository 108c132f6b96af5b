import type { StreamDialect } from '../../../core/src/dialects/dialect.ts';
import { openaiChat } from '../../../core/src/dialects/openai-chat/openai-chat.ts';
import { type GatewayError, gatewayError } from '../../../core/src/errors.ts';
import type { ByteSink, ByteSource } from '../../../core/src/upstream/reply.ts';
import { SseBody } from '../../../core/src/upstream/sse-body.ts';

/** An upstream whose bytes are the test's. */
export class Upstream implements ByteSource {
  over = false;
  paused = false;
  aborted: GatewayError | undefined = undefined;
  /** How its attempt ended. */
  ended: string | undefined = undefined;
  readonly body: SseBody;
  #sink: ByteSink | undefined = undefined;

  constructor() {
    this.body = new SseBody(this, {
      dialect: openaiChat.stream as StreamDialect,
      stripUsage: false,
      request: {},
      maxEventBytes: 1_000_000,
      now: () => 0,
      onOver: (error) => {
        this.ended = error?.code ?? 'completed';
      },
    });
    this.body.open();
  }

  attach(sink: ByteSink): void {
    this.#sink = sink;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  abort(error: GatewayError): void {
    if (this.over) return;
    this.over = true;
    this.aborted = error;
    this.#sink?.fail(error);
  }

  say(...texts: string[]): void {
    for (const text of texts) this.#sink?.data(Buffer.from(chunk(text)));
  }

  finish(): void {
    this.#sink?.data(Buffer.from(`${chunk('', 'stop')}data: [DONE]\n\n`));
    this.over = true;
  }

  cut(): void {
    this.over = true;
    this.#sink?.fail(gatewayError('GW_UPSTREAM_TRUNCATED'));
  }
}

/** A chunk of Chat's. */
export function chunk(content: string, finish: string | null = null, id = 'one'): string {
  const choices = [{ index: 0, delta: { content }, finish_reason: finish }];
  return `data: ${JSON.stringify({ id, object: 'chat.completion.chunk', created: 1, model: 'm', choices })}\n\n`;
}
