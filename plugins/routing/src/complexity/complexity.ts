import { hash } from 'node:crypto';
import { Clock, definePlugin, Logger, Models, type RoutingContext, z } from '@express-ai-gateway/core/plugin';
import { BoundedMap } from '../bounded-map.ts';
import { decide } from '../decision.ts';
import { modelName, models, oneOrMore } from '../options.ts';
import { fits } from '../pattern.ts';
import { common, isBound, resolved, saidFor } from '../strategy.ts';
import { type Classifier, judged } from './classifier.ts';
import { type Conversation, conversationOf, hardest, inSetting } from './conversation.ts';
import { scoreOf } from './score.ts';

const name = 'routing.complexity';

const tier = z.strictObject({
  /** The highest score that is still for this tier. The last tier has none: it takes the rest. */
  upTo: z.number().min(0).max(1).optional(),
  /** Aliases or targets, best first. */
  use: oneOrMore(modelName),
});

export const complexityOptions = z.strictObject({
  models,
  tiers: z
    .array(tier)
    .min(2)
    .refine((tiers) => tiers.every(({ upTo }, index) => (upTo === undefined) === (index === tiers.length - 1)), {
      error: 'upTo in every tier but the last, which takes the rest',
    })
    .refine((tiers) => tiers.every(({ upTo }, index) => index === 0 || upTo === undefined || upTo > (tiers[index - 1]?.upTo ?? 0)), {
      error: 'growing upTo, from the easiest tier to the hardest',
    }),
  classifier: z.custom<Classifier>((value) => isClassifier(value), { error: 'an object with a name and a function score' }).optional(),
  /** How long the classifier may take. Milliseconds. */
  timeoutMs: z.number().int().min(1).max(9_000).default(2_000),
});

export type ComplexityOptions = z.input<typeof complexityOptions>;

type Tiers = z.output<typeof complexityOptions>['tiers'];

/** Easy calls to one model, hard ones to another, by a score of what the user asks. */
export const complexity = definePlugin({
  ...common,
  name,
  options: complexityOptions,
  requires: [Logger, Clock, Models],
  onFailure: 'open',
  create: ({ models: patterns, tiers, classifier, timeoutMs }, { logger, clock, models }) => {
    const enough = tiers.at(-2)?.upTo ?? 1;
    const verdicts = new BoundedMap<number>();

    function route(context: RoutingContext, conversation: Conversation, note: string): void {
      const scoreOfTurn = (turn: string): number => {
        const verdict = classifier === undefined ? undefined : verdicts.get(keyOf(turn));
        return verdict ?? inSetting(scoreOf(turn), conversation);
      };
      const score = hardest(conversation.turns, scoreOfTurn, enough);
      const { index, use } = tierFor(tiers, score);
      const said = `tier ${index + 1} of ${tiers.length} for a score of ${score.toFixed(2)}${note}`;
      const targets = resolved(context, use);
      if (targets.length === 0) decide(context, logger, name, { note: `kept: ${said}, but ${use.join(', ')} is not there` });
      else decide(context, logger, name, { note: `${said}: use ${use.join(', ')}`, targets });
    }

    /** A verdict is kept, so that a later turn is not sent below it, and a loop of tool calls asks once. */
    async function classified(own: Classifier, context: RoutingContext, conversation: Conversation): Promise<void> {
      const key = keyOf(conversation.turns.at(-1) ?? '');
      if (verdicts.get(key) !== undefined) return route(context, conversation, ` by ${own.name}`);
      const { score, failure } = await judged(own, conversation, { context, models, clock, timeoutMs });
      if (failure === undefined) verdicts.set(key, score);
      route(context, conversation, failure === undefined ? ` by ${own.name}` : ` (${own.name}: ${failure})`);
    }

    return {
      beforeRoute(context) {
        const { call, parent } = context;
        // What a plugin asks for its own work it asks of the model that it names.
        if (parent !== undefined || call.opaque === true || !fits(patterns, call.model) || !conversations.has(call.dialect)) return;
        if (isBound(context)) return decide(context, logger, name, { note: 'kept: the call goes on from what a provider keeps' });
        const conversation = conversationOf(call);
        if (conversation.turns.length === 0) return;
        return classifier === undefined ? route(context, conversation, '') : classified(classifier, context, conversation);
      },
      explain: ({ model }) => saidFor(patterns, model, `by complexity (${classifier?.name ?? 'local scorer'}): ${saidTiers(tiers)}`),
    };
  },
});

function tierFor(tiers: Tiers, score: number): { readonly index: number; readonly use: readonly string[] } {
  const index = tiers.findIndex(({ upTo = 1 }) => score <= upTo);
  return { index, use: tiers[index]?.use ?? [] };
}

/** Formats that ask for an answer; for embeddings, token counts and moderation there is nothing to choose by. */
const conversations = new Set(['openai-chat', 'openai-responses', 'openai-completions', 'anthropic-messages', 'google-generate-content']);

/** No text of a caller is kept. */
function keyOf(turn: string): string {
  return hash('sha256', turn, 'base64');
}

function saidTiers(tiers: Tiers): string {
  return tiers.map(({ upTo, use }) => `${upTo === undefined ? 'the rest' : `up to ${upTo}`} ${use.join(', ')}`).join('; ');
}

function isClassifier(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return 'name' in value && typeof value.name === 'string' && 'score' in value && typeof value.score === 'function';
}
