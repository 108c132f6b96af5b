import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type { NeutralEffort, NeutralField, NeutralReasoning } from '../../../model/neutral.ts';
import { badField } from '../../fields.ts';
import { fieldOf } from '../../google-fields.ts';
import type { Losses, RequestLosses } from './losses.ts';
import type { Thinking, ThinkingLevel } from './models.ts';

const field = 'generationConfig.thinkingConfig';

const levels: ReadonlySet<string> = new Set(['minimal', 'low', 'medium', 'high', 'xhigh']);

/** What a client's `thinkingConfig` asks for. */
export function decodeThinking(value: JsonValue | undefined, losses: RequestLosses): NeutralReasoning | undefined {
  if (value === undefined) return undefined;
  if (!isJsonObject(value)) badField(field, 'an object', value);
  losses.dropOthers(value, ['includeThoughts', 'thinkingBudget', 'thinkingLevel'], `${field}.`);
  const show = fieldOf(value, 'includeThoughts');
  if (show !== undefined && typeof show !== 'boolean') badField(`${field}.includeThoughts`, 'true or false', show);
  const budget = budgetOf(fieldOf(value, 'thinkingBudget'));
  const effort = budget === 0 ? 'none' : effortOf(fieldOf(value, 'thinkingLevel'), losses);
  if (effort === undefined && budget === undefined && show === undefined && fieldOf(value, 'thinkingBudget') === undefined)
    return undefined;
  return { effort, budget: budget === 0 ? undefined : budget, show };
}

/** -1: the model decides. */
function budgetOf(value: JsonValue | undefined): number | undefined {
  if (value === undefined || value === -1) return undefined;
  if (!Number.isSafeInteger(value) || Number(value) < 0) badField(`${field}.thinkingBudget`, 'a non-negative integer or -1', value);
  return Number(value);
}

/** In capitals (REST) or not (`@google/genai` 3). */
function effortOf(value: JsonValue | undefined, losses: RequestLosses): NeutralEffort | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') badField(`${field}.thinkingLevel`, 'a string', value);
  const word = value.toLowerCase();
  if (isLevel(word)) return word;
  if (word !== 'thinking_level_unspecified') losses.drop(`${field}.thinkingLevel`);
  return undefined;
}

function isLevel(word: string): word is ThinkingLevel {
  return levels.has(word);
}

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

/** From least to most. A level that a model does not have becomes the nearest that it has. */
const order: readonly NeutralEffort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

function levelMember({ effort, budget }: NeutralReasoning, known: readonly ThinkingLevel[], losses: Losses<NeutralField>): JsonObject {
  const wanted = effort ?? (budget === undefined ? undefined : effortForBudget(budget));
  if (wanted === undefined) return {};
  const rank = order.indexOf(wanted);
  const level = known.find((candidate) => order.indexOf(candidate) >= rank) ?? known.at(-1);
  if (level !== effort) losses.drop('reasoning');
  return level === undefined ? {} : { thinkingLevel: level };
}

/** What callers of models with budgets mean by them: 1,024 is the least that Anthropic takes, 10,000 its documentation's example. */
function effortForBudget(budget: number): NeutralEffort {
  if (budget < 4096) return 'low';
  return budget < 16_384 ? 'medium' : 'high';
}

/** Of Gemini 2.5, thoughts included. */
const largestAnswer = 65_536;

/** Shares of the longest answer (AI SDK, map-reasoning-to-provider). */
const shares: Readonly<Record<NeutralEffort, number>> = { none: 0, minimal: 0.02, low: 0.1, medium: 0.3, high: 0.6, xhigh: 0.9, max: 0.9 };

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
  return { thinkingBudget: clamped(Math.min(longest, largestAnswer) * shares[effort]) };
}
