import type { FrameDecoder, Provider } from '@express-ai-gateway/core/provider';
import type { StreamSample } from '../provider-registration.ts';
import { made } from './made.ts';

/** Streams of JSON, one line an event. */
export const lines: StreamSample = {
  dialect: 'openai-chat',
  bytes: Buffer.from('{"a":"caf\u00e9"}\n{"b":2}\n'),
  events: 'data: {"a":"caf\u00e9"}\n\ndata: {"b":2}\n\n',
};

/** Takes each chunk for whole lines, as they mostly are on a fast network. */
class PerChunk implements FrameDecoder {
  incomplete = false;

  push(chunk: Buffer): Buffer {
    const text = chunk.toString('utf8');
    this.incomplete = !text.endsWith('\n');
    const whole = text.split('\n').filter((line) => line.endsWith('}'));
    return Buffer.from(whole.map((line) => `data: ${line}\n\n`).join(''));
  }
}

export const decodesPerChunk = (): Provider =>
  made('decodes-per-chunk', { framing: { contentType: 'application/jsonl', decoder: () => new PerChunk() } });
