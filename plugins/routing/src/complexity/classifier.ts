import type { Clock, Models, RoutingContext } from '@express-ai-gateway/core/plugin';
import { type Conversation, inSetting } from './conversation.ts';
import { clamped, scoreOf } from './score.ts';

export interface Question extends Conversation {
  /** The last of the turns. */
  readonly turn: string;
  /** What the local scorer says of it. */
  readonly local: number;
}

/** Somebody else's judgement in place of the local scorer's: an embedding, a model, a service. */
export interface Classifier {
  readonly name: string;
  /** 0 (any model) to 1 (the strongest). A failure, another value or lateness leaves it to the local scorer. */
  score(question: Question, at: { readonly context: RoutingContext; readonly models: Models }): number | Promise<number>;
}

export interface Judged {
  readonly score: number;
  /** Why the local scorer judged instead. */
  readonly failure?: string;
}

/** Asks a classifier about the last turn, for so long and no longer. */
export async function judged(
  classifier: Classifier,
  conversation: Conversation,
  at: { readonly context: RoutingContext; readonly models: Models; readonly clock: Clock; readonly timeoutMs: number },
): Promise<Judged> {
  const turn = conversation.turns.at(-1) ?? '';
  const local = inSetting(scoreOf(turn), conversation);
  try {
    const score = await within(at.timeoutMs, at.clock, async () => classifier.score({ ...conversation, turn, local }, at));
    if (!Number.isFinite(score)) return { score: local, failure: 'gave no number' };
    return { score: clamped(score) };
  } catch (error) {
    return { score: local, failure: error instanceof Error ? error.message : 'failed' };
  }
}

function within<Value>(ms: number, clock: Clock, work: () => Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(ms, () => reject(new Error(`no answer within ${ms} ms`)));
    work()
      .then(resolve, reject)
      .finally(() => timer.cancel());
  });
}
