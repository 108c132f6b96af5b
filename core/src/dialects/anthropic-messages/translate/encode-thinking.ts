import type { JsonObject } from '../../../model/json.ts';
import type { NeutralEffort, NeutralField, NeutralReasoning } from '../../../model/neutral.ts';
import { effortOfBudget, effortShares } from '../../translate/effort.ts';
import type { Losses } from '../../translate/losses.ts';
import type { ModelTraits } from './claude-models.ts';

export interface ThinkingAbout {
  readonly model: ModelTraits;
  /** What the caller allows for the whole answer. */
  readonly limit: number | undefined;
  /** The most that the model gives. */
  readonly most: number;
  /** A tool must be called. */
  readonly forced: boolean;
  /** The last turn of the assistant's called tools, and what it thought before is not known. */
  readonly lacksThinking: boolean;
}

export interface EncodedThinking {
  readonly thinking: JsonObject | undefined;
  readonly effort: NeutralEffort | undefined;
  /** Whether the model thinks; then it takes no other way of sampling. */
  readonly thinks: boolean;
  /** `max_tokens`, which thinking counts towards. */
  readonly limit: number;
}

/** How much thinking is asked of a model, in its own way. */
export function encodeThinking(
  reasoning: NeutralReasoning | undefined,
  about: ThinkingAbout,
  losses: Losses<NeutralField>,
): EncodedThinking {
  const { model, limit = about.most } = about;
  const silent: EncodedThinking = { thinking: undefined, effort: undefined, thinks: false, limit };
  const asked = askedOf(reasoning);
  if (asked === undefined) {
    const inTheWay = about.forced && model.thinksByDefault && model.leastThinking === 'none';
    return inTheWay ? { ...silent, thinking: { type: 'disabled' } } : silent;
  }
  if (asked === 'none') return leastThinking(about, silent, losses);
  // Both are 400s: "Thinking may not be enabled when tool_choice forces tool use", and "Expected thinking" (BerriAI/litellm#15601);
  // a model that always thinks cannot expect the latter.
  if (about.forced || (about.lacksThinking && model.leastThinking === 'none')) {
    losses.drop('reasoning');
    return leastThinking(about, silent, losses);
  }
  if (model.adaptiveThinking && !(model.thinkingBudget && asked.budget !== undefined)) return adaptive(asked, model, silent, losses);
  if (model.thinkingBudget) return budgeted(asked, about, silent, losses);
  losses.drop('reasoning');
  return silent;
}

/** `none`: no thinking, please. `undefined`: as the model likes. */
function askedOf(reasoning: NeutralReasoning | undefined): NeutralReasoning | 'none' | undefined {
  if (reasoning === undefined) return undefined;
  const { effort, budget, show } = reasoning;
  if (effort === 'none' || budget === 0) return 'none';
  return effort === undefined && budget === undefined && show !== true ? undefined : reasoning;
}

/** Models that do not think unless told so are told nothing. */
function leastThinking({ model, forced }: ThinkingAbout, silent: EncodedThinking, losses: Losses<NeutralField>): EncodedThinking {
  if (model.leastThinking === 'none')
    return model.thinksByDefault || !model.claude ? { ...silent, thinking: { type: 'disabled' } } : silent;
  losses.drop('reasoning');
  if (model.leastThinking === 'between_tools' && !forced) return { ...silent, thinking: { type: 'between_tools' }, thinks: true };
  return { ...silent, effort: 'low', thinks: true };
}

/** The newest models show nothing of their thinking unless asked. */
function adaptive(
  { effort, budget, show }: NeutralReasoning,
  model: ModelTraits,
  silent: EncodedThinking,
  losses: Losses<NeutralField>,
): EncodedThinking {
  const wanted = effort ?? effortOfBudget(budget);
  const known = wanted === undefined ? undefined : knownEffort(wanted, model);
  if (known !== effort) losses.drop('reasoning');
  return { ...silent, thinking: { type: 'adaptive', display: show === false ? 'omitted' : 'summarized' }, effort: known, thinks: true };
}

function knownEffort(effort: NeutralEffort, { xhighEffort }: ModelTraits): NeutralEffort {
  if (effort === 'minimal' || effort === 'none') return 'low';
  return effort === 'xhigh' && !xhighEffort ? 'max' : effort;
}

/** Anthropic's least. */
const leastBudget = 1024;

/**
 * The budget comes on top of what the caller allows for the answer, as far as the model goes: it must stay below `max_tokens`
 * (router-for-me/CLIProxyAPI#413), and an answer that thinking has eaten up is none.
 */
function budgeted(
  { effort, budget }: NeutralReasoning,
  { limit, most }: ThinkingAbout,
  silent: EncodedThinking,
  losses: Losses<NeutralField>,
): EncodedThinking {
  const wanted = budget ?? (effort === undefined ? undefined : Math.round((limit ?? most) * effortShares[effort]));
  const tokens = wanted === undefined ? undefined : Math.max(wanted, leastBudget);
  const raised = tokens === undefined || limit === undefined ? most : Math.min(most, limit + tokens);
  const fitting = tokens === undefined ? 0 : Math.min(tokens, raised - 1);
  if (fitting < leastBudget || fitting !== (budget ?? fitting)) losses.drop('reasoning');
  if (fitting < leastBudget) return silent;
  if (limit !== undefined && raised > limit) losses.drop('maxOutputTokens');
  return { ...silent, thinking: { type: 'enabled', budget_tokens: fitting }, thinks: true, limit: raised };
}
