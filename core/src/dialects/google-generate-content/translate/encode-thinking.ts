import type { JsonObject } from '../../../model/json.ts';
import type { NeutralField, NeutralReasoning } from '../../../model/neutral.ts';
import { effortOfBudget, effortShares, efforts } from '../../translate/effort.ts';
import type { Losses } from '../../translate/losses.ts';
import type { Thinking, ThinkingLevel } from './gemini-models.ts';

/**
 * How much thinking is asked of a model, in its own way; `undefined` for nothing. `maxOutputTokens` includes thoughts: a
 * budget must leave room for the answer (CLIProxyAPI#413).
 */
export function encodeThinking(
  reasoning: NeutralReasoning | undefined,
  thinking: Thinking,
  maxOutputTokens: number | undefined,
  losses: Losses<NeutralField>,
): JsonObject | undefined {
  if (reasoning === undefined) return undefined;
  const { effort, budget, show } = reasoning;
  if (thinking.by === 'none') {
    if ((effort !== undefined && effort !== 'none') || budget !== undefined || show === true) losses.drop('reasoning');
    return undefined;
  }
  const amount =
    thinking.by === 'level'
      ? levelMember(reasoning, thinking.levels, losses)
      : budgetMember(reasoning, thinking, maxOutputTokens ?? largestAnswer, losses);
  const shown = show === undefined || amount.thinkingBudget === 0 ? {} : { includeThoughts: show };
  const config = { ...amount, ...shown };
  return Object.keys(config).length === 0 ? undefined : config;
}

/** A level that a model does not have becomes the nearest that it has. */
function levelMember({ effort, budget }: NeutralReasoning, known: readonly ThinkingLevel[], losses: Losses<NeutralField>): JsonObject {
  const wanted = effort ?? effortOfBudget(budget);
  if (wanted === undefined) return {};
  const rank = efforts.indexOf(wanted);
  const level = known.find((candidate) => efforts.indexOf(candidate) >= rank) ?? known.at(-1);
  if (level !== effort) losses.drop('reasoning');
  return level === undefined ? {} : { thinkingLevel: level };
}

/** Of Gemini 2.5, thoughts included. */
const largestAnswer = 65_536;

function budgetMember(
  { effort, budget }: NeutralReasoning,
  { min, max }: { readonly min: number; readonly max: number },
  longest: number,
  losses: Losses<NeutralField>,
): JsonObject {
  const clamped = (tokens: number): number => Math.min(Math.max(Math.round(tokens), min), max);
  if (budget !== undefined) {
    if (clamped(budget) !== budget) losses.drop('reasoning');
    return { thinkingBudget: clamped(budget) };
  }
  if (effort === undefined) return {};
  if (effort === 'none' && min > 0) losses.drop('reasoning');
  return { thinkingBudget: clamped(Math.min(longest, largestAnswer) * effortShares[effort]) };
}
