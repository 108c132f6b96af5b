/** Parts below this size are joined early. Bytes. */
const small = 1024;

/** So many small parts become one. */
const joinedAt = 256;

/**
 * Bytes that arrive in parts. Whoever sends a byte at a time would make each cost some hundred bytes of memory, and keep
 * the read buffer that it lies in: small parts are copied together as they come. Linear.
 */
export class Gathered {
  length = 0;
  #parts: Buffer[] = [];
  #small: Buffer[] = [];

  add(part: Buffer): void {
    this.length += part.length;
    if (part.length < small) {
      this.#small.push(part);
      if (this.#small.length === joinedAt) this.#join();
      return;
    }
    this.#join();
    this.#parts.push(part);
  }

  /** All of it, as one. */
  whole(): Buffer {
    this.#join();
    return this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts, this.length);
  }

  #join(): void {
    if (this.#small.length === 0) return;
    this.#parts.push(this.#small.length === 1 ? (this.#small[0] as Buffer) : Buffer.concat(this.#small));
    this.#small = [];
  }
}
