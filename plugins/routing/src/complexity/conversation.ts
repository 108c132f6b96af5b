import type { Call } from '@express-ai-gateway/core/plugin';
import { clamped, scoreOf } from './score.ts';

/** A call as the scorer sees it. */
export interface Conversation {
  /** What the user wrote, one text for each turn; the last is what is asked now. */
  readonly turns: readonly string[];
  readonly system: string;
  readonly tools: number;
}

/** What a user wrote without an answer in between is one turn. Results of tools belong to nobody's turn: they are no task. */
export function conversationOf(call: Pick<Call, 'texts' | 'tools'>): Conversation {
  const turns: string[][] = [];
  const system: string[] = [];
  let open = false;
  for (const { scope, text } of call.texts()) {
    if (scope === 'system') system.push(text);
    else if (scope === 'assistant' || scope === 'toolInput' || scope === 'toolOutput') open = false;
    else if (scope === 'user') {
      if (!open) turns.push([]);
      turns.at(-1)?.push(text);
      open = true;
    }
  }
  return { turns: turns.map((texts) => texts.join('\n')), system: system.join('\n'), tools: call.tools.length };
}

/** A quarter of what the system prompt is harder by, and two hundredths for each tool up to ten: choosing among them is work too. */
const systemShare = 0.25;
const toolShare = 0.02;
const countedTools = 10;

/** A turn's score with what stands around it. */
export function inSetting(score: number, { system, tools }: Conversation): number {
  const fromSystem = system === '' ? 0 : systemShare * Math.max(0, scoreOf(system) - score);
  return clamped(score + fromSystem + toolShare * Math.min(tools, countedTools));
}

/**
 * The hardest turn's score. The client sends every turn again with each call, so that a conversation never falls below a tier it
 * once needed, without anything being remembered: "and why?" after a proof is answered where the proof was.
 */
export function hardest(turns: readonly string[], score: (turn: string) => number, enough: number): number {
  let highest = 0;
  for (const turn of turns.toReversed()) {
    if (highest > enough) break; // the strongest tier already
    highest = Math.max(highest, score(turn));
  }
  return highest;
}
