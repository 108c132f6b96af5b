import type { NeutralAssistantPart, NeutralToolCall, NeutralToolResult, NeutralTurn } from '../../model/neutral.ts';
import { type CallIdRules, UniqueCallIds } from './call-id.ts';
import { Waiting } from './waiting.ts';

// Where a message with calls must be followed by the results of each of them, and by those first, anything else is a 400. Other
// formats let results come later, in any order, or not at all (a turn that the user broke off).

export function callsOf(parts: readonly NeutralAssistantPart[]): NeutralToolCall[] {
  return parts.filter((part) => part.kind === 'toolCall');
}

/** A call's id as it goes out, and its result. */
export interface Answered {
  readonly id: string;
  readonly result: NeutralToolResult | undefined;
}

/** Finds the results of calls, and gives both the id that goes out. One per conversation. */
export class CallResults {
  readonly #turns: readonly NeutralTurn[];
  readonly #ids: UniqueCallIds;
  readonly #taken = new Set<NeutralToolResult>();

  constructor(turns: readonly NeutralTurn[], rules: CallIdRules) {
    this.#turns = turns;
    this.#ids = new UniqueCallIds(rules);
  }

  /** The results of the calls that the turn at `index` makes, from the turns up to the next one of the assistant's. */
  take(calls: readonly NeutralToolCall[], index: number): Answered[] {
    if (calls.length === 0) return [];
    const waiting = new WaitingResults(resultsAfter(this.#turns, index));
    return calls.map((call) => {
      const result = waiting.take(call);
      if (result !== undefined) this.#taken.add(result);
      return { id: this.#ids.next(call.id), result };
    });
  }

  /** Results whose calls are not in the conversation. */
  orphans(results: readonly NeutralToolResult[]): NeutralToolResult[] {
    return results.filter((result) => !this.#taken.has(result));
  }
}

function resultsAfter(turns: readonly NeutralTurn[], index: number): NeutralToolResult[] {
  const results: NeutralToolResult[] = [];
  for (let at = index + 1; at < turns.length; at += 1) {
    const turn = turns[at];
    if (turn?.role === 'assistant') break;
    for (const result of turn?.role === 'tool' ? turn.results : []) results.push(result);
  }
  return results;
}

/** Results that wait for their calls. */
export class WaitingResults {
  readonly #waiting = new Waiting<NeutralToolResult>();

  constructor(results: readonly NeutralToolResult[]) {
    for (const result of results) this.#waiting.add(result, keysOf(result));
  }

  /** By id (an id that comes twice stands for the first that is left); where one has none by name, then in order. */
  take({ id, name }: NeutralToolCall): NeutralToolResult | undefined {
    const waiting = this.#waiting;
    const found = id === '' ? waiting.take(`named ${name}`) : (waiting.take(`id ${id}`) ?? waiting.take(`without id ${name}`));
    return found ?? waiting.take('bare');
  }

  left(): NeutralToolResult[] {
    return this.#waiting.left();
  }
}

function keysOf({ callId, name }: NeutralToolResult): string[] {
  if (callId !== '') return name === undefined ? [`id ${callId}`] : [`id ${callId}`, `named ${name}`];
  return name === undefined ? ['bare'] : [`named ${name}`, `without id ${name}`];
}
