import type { JsonObject } from '../../../model/json.ts';

/**
 * Whether a client reads `reasoning_content`. OpenAI's Chat has no such field, so it is for those who asked for reasoning:
 * by an effort, or by Groq's and OpenRouter's `include_reasoning`.
 */
export function wantsReasoning({ reasoning_effort: effort, include_reasoning: include }: JsonObject): boolean {
  if (typeof include === 'boolean') return include;
  return typeof effort === 'string' && effort !== 'none' && effort !== '';
}
