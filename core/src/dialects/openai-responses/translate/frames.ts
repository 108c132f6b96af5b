import type { JsonObject } from '../../../model/json.ts';

/** One event, with its name before it as OpenAI sends it. */
export function frame(type: string, members: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
}

/** Frames of one stream: numbered. */
export class Frames {
  #sequence = 0;

  frame(type: string, members: JsonObject): string {
    const numbered = frame(type, { sequence_number: this.#sequence, ...members });
    this.#sequence += 1;
    return numbered;
  }
}
