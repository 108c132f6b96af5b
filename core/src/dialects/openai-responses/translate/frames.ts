import type { JsonObject } from '../../../model/json.ts';

/** Frames of one stream: each with its event's name, and numbered. */
export class Frames {
  #sequence = 0;

  frame(type: string, members: JsonObject): string {
    const data = JSON.stringify({ type, sequence_number: this.#sequence, ...members });
    this.#sequence += 1;
    return `event: ${type}\ndata: ${data}\n\n`;
  }
}
