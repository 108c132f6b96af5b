import { crc32 } from 'node:zlib';

// AWS's framing of streams, `application/vnd.amazon.eventstream`: messages of a prelude (total length, length of the headers,
// checksum of both), headers, payload, and a checksum of it all; numbers big-endian.
// https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html

export interface StreamMessage {
  /** Those whose values are texts, by name: `:message-type`, `:event-type`, `:exception-type`. */
  readonly headers: ReadonlyMap<string, string>;
  readonly payload: Buffer;
}

const preludeLength = 12;
const checksumLength = 4;

/** AWS's own limit for a message is 16 MiB of payload and 128 KiB of headers; no event of a model comes near. */
const maxLength = 16 * 1024 * 1024;

const noBytes = Buffer.alloc(0);

/** Cuts a stream of bytes into messages, wherever the chunks were split. A byte that is held is copied a few times at most. */
export class MessageSplitter {
  /** What came of an unfinished message; the rest of the buffer is room for more. */
  #held: Buffer = noBytes;
  #heldLength = 0;

  /** Whether the stream stopped within a message. */
  get incomplete(): boolean {
    return this.#heldLength > 0;
  }

  /** The messages that are complete now. Throws for bytes that cannot be any. */
  push(chunk: Buffer): StreamMessage[] {
    const messages: StreamMessage[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#heldLength === 0) {
        const length = lengthOf(rest);
        if (length !== undefined && length <= rest.length) {
          messages.push(readMessage(rest.subarray(0, length)));
          rest = rest.subarray(length);
          continue;
        }
      }
      rest = this.#hold(rest);
      const whole = this.#whole();
      if (whole !== undefined) messages.push(readMessage(whole));
    }
    return messages;
  }

  /** Takes what the held message still needs, as far as that is known; returns what is left. */
  #hold(bytes: Buffer): Buffer {
    const wanted = lengthOf(this.#held.subarray(0, this.#heldLength)) ?? preludeLength;
    const taken = Math.min(bytes.length, wanted - this.#heldLength);
    const needed = this.#heldLength + taken;
    if (needed > this.#held.length) {
      // Not all that the prelude announces at once: it may announce what never comes.
      const roomier = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(wanted, this.#held.length * 2)));
      this.#held.copy(roomier, 0, 0, this.#heldLength);
      this.#held = roomier;
    }
    bytes.copy(this.#held, this.#heldLength, 0, taken);
    this.#heldLength = needed;
    return bytes.subarray(taken);
  }

  /** The held message if that is all of it; it is held no longer. */
  #whole(): Buffer | undefined {
    const bytes = this.#held.subarray(0, this.#heldLength);
    if (lengthOf(bytes) !== bytes.length) return undefined;
    this.#held = noBytes;
    this.#heldLength = 0;
    return bytes;
  }
}

/** How long the message is that begins here; `undefined` until its prelude is there. */
function lengthOf(bytes: Buffer): number | undefined {
  if (bytes.length < preludeLength) return undefined;
  if (crc32(bytes.subarray(0, 8)) !== bytes.readUInt32BE(8)) throw new RangeError('The checksum of a message prelude is wrong.');
  const length = bytes.readUInt32BE(0);
  const least = preludeLength + bytes.readUInt32BE(4) + checksumLength;
  if (length < least) throw new RangeError('A message is shorter than its headers.');
  if (length > maxLength) throw new RangeError(`A message is larger than ${maxLength} bytes.`);
  return length;
}

function readMessage(bytes: Buffer): StreamMessage {
  const end = bytes.length - checksumLength;
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) throw new RangeError('The checksum of a message is wrong.');
  const headersEnd = preludeLength + bytes.readUInt32BE(4);
  return { headers: readHeaders(bytes.subarray(preludeLength, headersEnd)), payload: bytes.subarray(headersEnd, end) };
}

/** Types of header values: how long they are. Of binary ones and texts the length stands before them. */
const fixedLengths: readonly (number | undefined)[] = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16];
const textType = 7;

/** Reading beyond the end throws a RangeError of Buffer's own. */
function readHeaders(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    const name = bytes.toString('utf8', at + 1, nameEnd);
    const type = bytes.readUInt8(nameEnd);
    if (type >= fixedLengths.length) throw new RangeError('A message header has a type that nobody knows.');
    const fixed = fixedLengths[type];
    const start = nameEnd + (fixed === undefined ? 3 : 1);
    const end = start + (fixed ?? bytes.readUInt16BE(nameEnd + 1));
    if (end > bytes.length) throw new RangeError('A message header is longer than all of them.');
    if (type === textType) headers.set(name, bytes.toString('utf8', start, end));
    at = end;
  }
  return headers;
}
