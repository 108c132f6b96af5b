import { isJsonObject, type JsonValue } from '../../../model/json.ts';
import type { NeutralEffort, NeutralReasoning } from '../../../model/neutral.ts';
import { badField } from '../../fields.ts';
import { fieldOf } from '../../google-fields.ts';
import type { RequestLosses } from '../../translate/losses.ts';
import type { ThinkingLevel } from './gemini-models.ts';
import { knownKeys } from './known-keys.ts';

const field = 'generationConfig.thinkingConfig';

const levels: ReadonlySet<string> = new Set(['minimal', 'low', 'medium', 'high', 'xhigh']);

/** What a client's `thinkingConfig` asks for. */
export function decodeThinking(value: JsonValue | undefined, losses: RequestLosses): NeutralReasoning | undefined {
  if (value === undefined) return undefined;
  if (!isJsonObject(value)) badField(field, 'an object', value);
  losses.dropOthers(value, knownKeys(value, ['includeThoughts', 'thinkingBudget', 'thinkingLevel']), `${field}.`);
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
