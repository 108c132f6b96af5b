import { gatewayError } from '../errors.ts';
import type { FrameDecoder } from '../providers/provider.ts';
import type { ByteSink, ByteSource } from './reply.ts';

/** An answer whose bytes arrive in a provider's own framing, as server-sent events. */
export class FramedReply implements ByteSource {
  readonly #reply: ByteSource;
  readonly #decoder: FrameDecoder;

  constructor(reply: ByteSource, decoder: FrameDecoder) {
    this.#reply = reply;
    this.#decoder = decoder;
  }

  get over(): boolean {
    return this.#reply.over;
  }

  attach(sink: ByteSink): void {
    this.#reply.attach({
      data: (chunk) => this.#decode(chunk, sink),
      end: () => (this.#decoder.incomplete ? sink.fail(gatewayError('GW_UPSTREAM_TRUNCATED')) : sink.end()),
      fail: (error) => sink.fail(error),
    });
  }

  pause(): void {
    this.#reply.pause();
  }

  resume(): void {
    this.#reply.resume();
  }

  abort(error: Parameters<ByteSource['abort']>[0]): void {
    this.#reply.abort(error);
  }

  #decode(chunk: Buffer, sink: ByteSink): void {
    let frames: Buffer;
    try {
      frames = this.#decoder.push(chunk);
    } catch (cause) {
      // The reply's abort tells whoever listens.
      this.#reply.abort(gatewayError('GW_UPSTREAM_BAD_RESPONSE', { details: { what: 'a frame that cannot be read' }, cause }));
      return;
    }
    if (frames.length > 0) sink.data(frames);
  }
}
