import type { NeutralEffort } from '../../model/neutral.ts';

/** From least to most. */
export const efforts: readonly NeutralEffort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

const words: ReadonlySet<string> = new Set(efforts);

export function isEffort(word: string): word is NeutralEffort {
  return words.has(word);
}

/**
 * The nearest word for a budget of tokens, by what Anthropic's clients give for theirs: 4k think, 10k think hard, 32k
 * ultrathink (Claude Code).
 */
export function effortOfBudget(budget: number | undefined): NeutralEffort | undefined {
  if (budget === undefined) return undefined;
  if (budget <= 0) return 'none';
  if (budget <= 4096) return 'low';
  return budget < 16_384 ? 'medium' : 'high';
}

/** Shares of the longest answer, for models that take a budget (AI SDK, map-reasoning-to-provider). */
export const effortShares: Readonly<Record<NeutralEffort, number>> = {
  none: 0,
  minimal: 0.02,
  low: 0.1,
  medium: 0.3,
  high: 0.6,
  xhigh: 0.9,
  max: 0.9,
};
