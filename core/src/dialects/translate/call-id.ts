import { hash } from 'node:crypto';

/** Which ids of tool calls a format takes. */
export interface CallIdRules {
  /** What its own begin with. */
  readonly prefix: string;
  readonly taken: RegExp;
}

/**
 * An id of a call as a format takes it. Always the same for the same id: another one each turn would cost the provider's
 * prompt cache. `place` is unique in its conversation, for a call without an id.
 */
export function callId(id: string, place: string, { prefix, taken }: CallIdRules): string {
  if (id === '') return hashed(`at ${place}`, prefix);
  return taken.test(id) ? id : hashed(id, prefix);
}

function hashed(text: string, prefix: string): string {
  return `${prefix}${hash('sha256', text, 'hex').slice(0, 24)}`;
}

/** Ids of one conversation's calls, as a format takes them and no two alike: some servers give the same each turn (vercel/ai#4936). */
export class UniqueCallIds {
  readonly #rules: CallIdRules;
  readonly #used = new Set<string>();
  #count = 0;

  constructor(rules: CallIdRules) {
    this.#rules = rules;
  }

  /** The id of the next call, in the conversation's order: what was said before keeps its ids in the next turn. */
  next(given: string): string {
    const place = String(this.#count);
    this.#count += 1;
    const wanted = callId(given, place, this.#rules);
    const id = this.#used.has(wanted) ? callId('', place, this.#rules) : wanted;
    this.#used.add(id);
    return id;
  }
}

/**
 * Ids of one answer's calls: the provider's own. A call without an id could not be answered (vercel/ai#19319), two of one id
 * not be told apart (vercel/ai#4936).
 */
export class AnswerCallIds {
  readonly #prefix: string;
  readonly #answer: string;
  readonly #used = new Set<string>();
  #count = 0;

  /** `answer`: what is unique to it. */
  constructor(prefix: string, answer: string) {
    this.#prefix = prefix;
    this.#answer = answer;
  }

  next(given: string): string {
    const id = given === '' || this.#used.has(given) ? hashed(`at ${this.#answer}:${this.#count}`, this.#prefix) : given;
    this.#used.add(id);
    this.#count += 1;
    return id;
  }
}
