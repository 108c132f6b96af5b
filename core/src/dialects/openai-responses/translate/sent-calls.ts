import type { NeutralToolCall, NeutralToolResult } from '../../../model/neutral.ts';
import { UniqueCallIds } from '../../translate/call-id.ts';
import { Waiting } from '../../translate/waiting.ts';
import { callIdRules } from './call-id.ts';

/** The calls of a conversation as they are written: their ids, and which of them a result answers, however late it comes. */
export class SentCalls {
  readonly #ids = new UniqueCallIds(callIdRules);
  readonly #waiting = new Waiting<string>();

  /** The id of a call as it goes out. */
  call({ id, name }: NeutralToolCall): string {
    const sent = this.#ids.next(id);
    this.#waiting.add(sent, [`id ${id}`, `name ${name} id ${id}`]);
    return sent;
  }

  /** The id of the call that a result answers: the first of its id that has none. `undefined`: no such call. */
  answer({ callId, name }: NeutralToolResult): string | undefined {
    // Without an id, the name tells calls apart.
    return this.#waiting.take(callId === '' && name !== undefined ? `name ${name} id ` : `id ${callId}`);
  }

  /** Calls without a result. */
  unanswered(): Set<string> {
    return new Set(this.#waiting.left());
  }
}
