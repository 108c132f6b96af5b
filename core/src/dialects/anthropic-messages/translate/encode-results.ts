import type { JsonObject } from '../../../model/json.ts';
import type { NeutralField, NeutralToolCall, NeutralToolResult, NeutralTurn } from '../../../model/neutral.ts';
import type { TargetQuirks } from '../../translation.ts';
import { encodeContent, textBlocks } from './encode-content.ts';
import type { Losses } from './losses.ts';
import { messagesCallId } from './tool-ids.ts';

// A message with calls must be followed by one with a result for each of them, first and all together; anything else is a 400
// (maximhq/bifrost#1164, langchain-ai/langchain-aws#389). Other formats let results come later, or not at all.

/** A call's id as it goes out, and its result. */
export interface Answered {
  readonly id: string;
  readonly result: NeutralToolResult | undefined;
}

/** Finds the results of calls, and gives both the id that goes out. One per conversation. */
export class CallResults {
  readonly #turns: readonly NeutralTurn[];
  readonly #taken = new Set<NeutralToolResult>();
  /** Ids are unique in the conversation; some servers give the same each turn (vercel/ai#4936). */
  readonly #ids = new Set<string>();
  #calls = 0;

  constructor(turns: readonly NeutralTurn[]) {
    this.#turns = turns;
  }

  /** The results of the calls that the turn at `index` makes, from the turns up to the next one of the assistant's. */
  take(calls: readonly NeutralToolCall[], index: number): Answered[] {
    if (calls.length === 0) return [];
    const waiting = new WaitingResults(this.#turns, index);
    return calls.map((call) => {
      const result = waiting.next(call);
      if (result !== undefined) this.#taken.add(result);
      return { id: this.#idOf(call), result };
    });
  }

  /** Results whose calls are not in the conversation. */
  orphans(results: readonly NeutralToolResult[]): NeutralToolResult[] {
    return results.filter((result) => !this.#taken.has(result));
  }

  #idOf({ id: given }: NeutralToolCall): string {
    const place = String(this.#calls); // the same in the next turn: what was said before stays before
    this.#calls += 1;
    const wanted = messagesCallId(given, place);
    const id = this.#ids.has(wanted) ? messagesCallId('', place) : wanted;
    this.#ids.add(id);
    return id;
  }
}

interface Queue {
  readonly results: NeutralToolResult[];
  next: number;
}

/** By the id of the call; where there is none (Gemini), by its name, and where there is no name either, in order. */
class WaitingResults {
  readonly #queues = new Map<string, Queue>();

  constructor(turns: readonly NeutralTurn[], index: number) {
    for (let at = index + 1; at < turns.length; at += 1) {
      const turn = turns[at];
      if (turn?.role === 'assistant') break;
      for (const result of turn?.role === 'tool' ? turn.results : []) this.#add(keyOf(result.callId, result.name), result);
    }
  }

  next(call: NeutralToolCall): NeutralToolResult | undefined {
    return this.#shift(keyOf(call.id, call.name)) ?? (call.id === '' ? this.#shift(keyOf('', undefined)) : undefined);
  }

  #add(key: string, result: NeutralToolResult): void {
    const queue = this.#queues.get(key);
    if (queue === undefined) this.#queues.set(key, { results: [result], next: 0 });
    else queue.results.push(result);
  }

  #shift(key: string): NeutralToolResult | undefined {
    const queue = this.#queues.get(key);
    if (queue === undefined) return undefined;
    queue.next += 1;
    return queue.results[queue.next - 1];
  }
}

function keyOf(id: string, name: string | undefined): string {
  return id === '' ? `name:${name ?? ''}` : `id:${id}`;
}

/** Blocks of results, one for each call. A call without one was broken off: the model is told so. */
export function resultBlocks(answered: readonly Answered[], quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject[] {
  return answered.map(({ id, result }) => {
    if (result === undefined) return { type: 'tool_result', tool_use_id: id, content: 'No result was provided.', is_error: true };
    const content = resultContent(result, quirks, losses);
    return {
      type: 'tool_result',
      tool_use_id: id,
      ...(content !== undefined && { content }),
      ...(result.isError && { is_error: true }),
    };
  });
}

/** One text as it is. A failure must say something: without content it is a 400. */
function resultContent(
  { parts, isError }: NeutralToolResult,
  quirks: TargetQuirks,
  losses: Losses<NeutralField>,
): string | JsonObject[] | undefined {
  const blocks = encodeContent(parts, quirks, losses);
  const [first] = blocks;
  if (first === undefined) return isError ? 'Error' : undefined;
  return blocks.length === 1 && typeof first.text === 'string' ? first.text : blocks;
}

/** Results without a call, as the user's words: they may be what the next answer is about. */
export function orphanBlocks(results: readonly NeutralToolResult[], quirks: TargetQuirks, losses: Losses<NeutralField>): JsonObject[] {
  return results.flatMap(({ parts }) => {
    const blocks = encodeContent(parts, quirks, losses);
    return blocks.length === 0 ? [] : [...textBlocks('Result of a tool call that is no longer in this conversation:'), ...blocks];
  });
}
