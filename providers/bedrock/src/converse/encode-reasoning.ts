import {
  effortOfBudget,
  encodeThinking,
  type JsonObject,
  type ModelTraits,
  type NeutralEffort,
  type NeutralReasoning,
} from '@express-ai-gateway/core/provider';
import type { EncoderAbout } from './encoder.ts';

export interface ReasoningAbout {
  /** What the caller allows for the whole answer. */
  readonly limit: number | undefined;
  /** The most that the model gives. */
  readonly most: number;
  /** A tool must be called. */
  readonly forced: boolean;
  /** The last turn of the assistant's called tools, and what it thought before is not known. */
  readonly lacksReasoning: boolean;
}

export interface EncodedReasoning {
  /** Members of `additionalModelRequestFields`: Converse itself has no word for it. */
  readonly fields: JsonObject;
  /** `maxTokens`, which reasoning counts towards. */
  readonly limit: number | undefined;
  /** Whether Claude thinks; then it takes no other way of sampling. */
  readonly thinks: boolean;
  /** The model decides alone how its answer is made and how long it is. */
  readonly free: boolean;
}

export function encodeReasoning(reasoning: NeutralReasoning | undefined, facts: ReasoningAbout, about: EncoderAbout): EncodedReasoning {
  const silent: EncodedReasoning = { fields: {}, limit: facts.limit, thinks: false, free: false };
  if (about.model.reasoning === 'thinking') return encodeClaude(reasoning, facts, about);
  const asked = reasoning?.effort ?? effortOfBudget(reasoning?.budget);
  if (asked === undefined) return silent;
  if (about.model.reasoning === undefined || about.quirks.reasoningEffort === false) {
    about.losses.drop('reasoning');
    return silent;
  }
  const effort = nearest(asked);
  if (effort !== reasoning?.effort) about.losses.drop('reasoning');
  if (about.model.reasoning === 'reasoning_effort') return { ...silent, fields: { reasoning_effort: effort } };
  if (asked === 'none') return { ...silent, fields: { reasoningConfig: { type: 'disabled' } } };
  return { ...silent, fields: { reasoningConfig: { type: 'enabled', maxReasoningEffort: effort } }, free: effort === 'high' };
}

function encodeClaude(reasoning: NeutralReasoning | undefined, facts: ReasoningAbout, { model, losses }: EncoderAbout): EncodedReasoning {
  const { forced, lacksReasoning: lacksThinking, most } = facts;
  const { thinking, effort, thinks, limit } = encodeThinking(
    reasoning,
    { model: model.traits, limit: facts.limit, most, forced, lacksThinking },
    losses,
  );
  return {
    fields: {
      ...(thinking !== undefined && { thinking: thinkingFor(thinking, model.traits) }),
      ...(effort !== undefined && { output_config: { effort } }),
    },
    // Unsaid, it is the most that the model gives; a budget must be below what is said.
    limit: facts.limit === undefined && thinking?.budget_tokens === undefined ? undefined : limit,
    thinks,
    free: false,
  };
}

/**
 * Models before 4.7 show their thinking unasked, and Bedrock's copy of Anthropic's schema is each model's own: what an older one
 * need not be told it is not told.
 */
function thinkingFor(thinking: JsonObject, { xhighEffort }: ModelTraits): JsonObject {
  const { display, ...rest } = thinking;
  return display === 'summarized' && !xhighEffort ? rest : thinking;
}

/** gpt-oss and Nova 2 know three. */
function nearest(effort: NeutralEffort): 'low' | 'medium' | 'high' {
  if (effort === 'none' || effort === 'minimal' || effort === 'low') return 'low';
  return effort === 'medium' ? 'medium' : 'high';
}
