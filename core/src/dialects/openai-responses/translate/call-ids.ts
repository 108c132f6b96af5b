import { hash } from 'node:crypto';
import type { NeutralToolCall, NeutralToolResult } from '../../../model/neutral.ts';

/** OpenAI's limit for `call_id`. */
const maxLength = 64;

interface Waiting {
  readonly id: string;
  readonly name: string;
  answered: boolean;
}

interface Queue {
  readonly calls: Waiting[];
  next: number;
}

/**
 * Ids of calls as Responses takes them, and which call a result answers. Always the same for the same conversation: another
 * id each turn would cost the provider's prompt cache.
 */
export class CallIds {
  readonly #waiting = new Map<string, Queue>();
  readonly #used = new Set<string>();
  readonly #all: Waiting[] = [];

  /** The id of a call: its own, unless it has none (Gemini), one too long, or another call's (vercel/ai#4936). */
  call({ id, name }: NeutralToolCall): string {
    const fits = id !== '' && id.length <= maxLength && !this.#used.has(id);
    const sent = fits ? id : hashed(this.#used.has(id) || id === '' ? `${this.#all.length}:${id}` : id);
    this.#used.add(id).add(sent);
    const call: Waiting = { id: sent, name, answered: false };
    this.#all.push(call);
    const queue = this.#waiting.get(id);
    if (queue === undefined) this.#waiting.set(id, { calls: [call], next: 0 });
    else queue.calls.push(call);
    return sent;
  }

  /** The id of the call that a result answers: the first of its id that has none. `undefined`: no such call. */
  answer({ callId, name }: NeutralToolResult): string | undefined {
    const queue = this.#waiting.get(callId);
    if (queue === undefined) return undefined;
    while (queue.calls[queue.next]?.answered === true) queue.next += 1;
    let call = queue.calls[queue.next];
    // Without an id, the name tells calls apart.
    if (callId === '' && name !== undefined) call = queue.calls.find((one) => one.name === name && !one.answered);
    if (call === undefined) return undefined;
    call.answered = true;
    return call.id;
  }

  /** Calls without a result. */
  unanswered(): Set<string> {
    return new Set(this.#all.filter((call) => !call.answered).map((call) => call.id));
  }
}

function hashed(text: string): string {
  return `call_${hash('sha256', text, 'hex').slice(0, 24)}`;
}
