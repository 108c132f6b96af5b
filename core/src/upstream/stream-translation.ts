import type { StreamDialect } from '../dialects/dialect.ts';
import { eventsOf } from '../dialects/sse-event.ts';
import type { NeutralReader, NeutralWriter } from '../dialects/translation.ts';

/** Turns a provider's stream into the client's format, region by region. */
export class StreamTranslation {
  readonly #from: StreamDialect;
  readonly #reader: NeutralReader;
  readonly #writer: NeutralWriter;
  readonly #onEnd: ((lastFrames: Buffer) => void) | undefined;

  /** `onEnd` sees the client's last frames, of a stream that ended well. */
  constructor(from: StreamDialect, reader: NeutralReader, writer: NeutralWriter, onEnd?: (lastFrames: Buffer) => void) {
    this.#from = from;
    this.#reader = reader;
    this.#writer = writer;
    this.#onEnd = onEnd;
  }

  /** The client's frames for a region of the provider's; empty while nothing can be said yet. */
  push(region: Buffer): Buffer {
    let text = '';
    for (const { json, name } of eventsOf(region, this.#from)) {
      if (json === undefined) continue; // [DONE], a comment
      for (const event of this.#reader.read(json, name)) text += this.#writer.write(event);
    }
    return Buffer.from(text);
  }

  /** The stream ended well: the client's last frames. */
  end(): Buffer {
    let text = '';
    for (const event of this.#reader.end()) text += this.#writer.write(event);
    const frames = Buffer.from(text + this.#writer.end());
    this.#onEnd?.(frames);
    return frames;
  }
}
