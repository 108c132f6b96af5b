/** A call that came without an id of its own. */
interface Waiting {
  readonly id: string;
  answered: boolean;
}

interface Queue {
  readonly calls: Waiting[];
  next: number;
}

/**
 * Ids for calls that have none (legacy `function_call`; Gemini's OpenAI endpoint sends `""`), and which of them a result
 * without an id belongs to: the first of that name that has no result yet. By position, so that they are the same each turn.
 */
export class CallIds {
  readonly #all: Queue = { calls: [], next: 0 };
  readonly #byName = new Map<string, Queue>();

  /** An id for the call at this place. */
  make(message: number, position: number, name: string): string {
    const call: Waiting = { id: `call_${message}_${position}`, answered: false };
    let queue = this.#byName.get(name);
    if (queue === undefined) {
      queue = { calls: [], next: 0 };
      this.#byName.set(name, queue);
    }
    queue.calls.push(call);
    this.#all.calls.push(call);
    return call.id;
  }

  /** The id of the call that a result answers; empty where no call is left. */
  answer(name: string | undefined): string {
    const queue = name === undefined ? this.#all : this.#byName.get(name);
    while (queue !== undefined && queue.next < queue.calls.length) {
      const call = queue.calls[queue.next];
      queue.next += 1;
      if (call === undefined || call.answered) continue;
      call.answered = true;
      return call.id;
    }
    return '';
  }
}
