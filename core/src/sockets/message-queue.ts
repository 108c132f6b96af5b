/** Messages that wait their turn: so many, and so long together. */
export class MessageQueue {
  readonly #messages: string[] = [];
  readonly #maxMessages: number;
  readonly #maxLength: number;
  #length = 0;

  constructor(maxMessages: number, maxLength: number) {
    this.#maxMessages = maxMessages;
    this.#maxLength = maxLength;
  }

  get size(): number {
    return this.#messages.length;
  }

  /** False: it has no room. One alone always has, however long: a message's own size is limited where it is read. */
  push(message: string): boolean {
    if (this.size >= this.#maxMessages || (this.size > 0 && this.#length + message.length > this.#maxLength)) return false;
    this.#messages.push(message);
    this.#length += message.length;
    return true;
  }

  shift(): string | undefined {
    const message = this.#messages.shift();
    this.#length -= message?.length ?? 0;
    return message;
  }

  clear(): void {
    this.#messages.length = 0;
    this.#length = 0;
  }
}
