// The provider's view: what the wall saw of each attempt. A case is what stands behind `~` in the model's name; cases know
// nothing of each other.

/**
 * How an attempt ended: `answered` to its last byte, `broken` by its fault (reset or cut), or `left` by the other side
 * before that.
 */
export type End = 'answered' | 'broken' | 'left';

/** Times are milliseconds since 1970, of the wall's clock. */
export interface Attempt {
  readonly serial: number;
  /** The model's name as asked for, without its case. */
  readonly base: string;
  readonly cameAt: number;
  readonly stream: boolean;
  /** The last message was the assistant's, to be continued. */
  readonly prefill: boolean;
  /** `undefined` where no head was sent. */
  status?: number;
  /** When the head was sent. */
  headAt?: number;
  /** Tokens that were written. */
  tokens: number;
  /** Bytes written for it although a later attempt of its case had come a while ago: given up, but not closed. */
  orphanBytes: number;
  /** `undefined` while it is open. */
  end?: End;
  endAt?: number;
}

export interface ProviderView {
  readonly case: string;
  readonly attempts: readonly Readonly<Attempt>[];
  /** Sockets that are open at the wall now, of all cases; idle ones too. */
  readonly openSockets: number;
}

/** Closing is heard of a little later; only what is written after that is an orphan. */
const orphanAfterMs = 250;

export class CaseLog {
  readonly #cases = new Map<string, Attempt[]>();
  #serial = 0;

  /** The attempts of a case, oldest first. */
  of(name: string): readonly Attempt[] {
    return this.#cases.get(name) ?? [];
  }

  begin(name: string, seen: Pick<Attempt, 'base' | 'stream' | 'prefill'>): Attempt {
    this.#serial += 1;
    const attempt: Attempt = { serial: this.#serial, cameAt: now(), ...seen, tokens: 0, orphanBytes: 0 };
    const attempts = this.#cases.get(name);
    if (attempts === undefined) this.#cases.set(name, [attempt]);
    else attempts.push(attempt);
    return attempt;
  }

  wrote(name: string, attempt: Attempt, bytes: number): void {
    const next = this.of(name).find(({ serial }) => serial > attempt.serial);
    if (next !== undefined && now() - next.cameAt > orphanAfterMs) attempt.orphanBytes += bytes;
  }
}

/** One clock for processes of one machine, finer than `Date.now()`. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
