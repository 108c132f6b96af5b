import { type AttemptRecord, Clock, definePlugin, Logger, type Settlement, slot, z } from '@express-ai-gateway/core/plugin';
import { scoresOf } from './decision.ts';
import { InFlight } from './in-flight.ts';
import { LatencyTable } from './latency-table.ts';
import { models } from './options.ts';
import { common, ordering, saidFor } from './strategy.ts';
import { twoChoices } from './two-choices.ts';

const name = 'routing.lowest-latency';

export const lowestLatencyOptions = z.strictObject({
  models,
  /** Milliseconds in which an observation loses all but a third of its weight. */
  decayMs: z.number().min(100).max(3_600_000).default(10_000),
  /** What a failed attempt counts as, at least. Milliseconds. */
  failureMs: z.number().min(0).max(3_600_000).default(10_000),
});

/** When the exchange's latest attempt at each target began; two of them may race. Monotonic milliseconds. */
const begun = slot<Map<string, number>>('routing-attempts-begun');

/**
 * The target that answers soonest, by a peak-sensitive average of the time to its first content, times the calls it has under
 * way. Streams are timed without a tap: the gateway hands a stream on when its first content is there.
 */
export const lowestLatency = definePlugin({
  ...common,
  name,
  options: lowestLatencyOptions,
  requires: [Logger, Clock],
  onFailure: 'open',
  create: ({ models, decayMs, failureMs }, { logger, clock }) => {
    const inFlight = new InFlight();
    const table = new LatencyTable(inFlight, decayMs);

    const learnFrom = (settlement: Settlement, streamed: boolean): void => {
      for (const attempt of settlement.attempts) {
        if (failedItself(attempt))
          table.observeAtLeast(attempt.target.id, streamed, clock.monotonic(), Math.max(failureMs, attempt.durationMs));
        // A client that left before any answer waited so long in vain.
        else if (attempt.outcome === 'aborted' && attempt.status === undefined)
          table.observeAtLeast(attempt.target.id, streamed, clock.monotonic(), attempt.durationMs);
      }
    };

    return {
      beforeRoute: ordering({
        name,
        models,
        logger,
        order({ call, targets }) {
          const now = clock.monotonic();
          const costs = new Map(targets.map(({ id }) => [id, table.cost(id, call.stream, now)]));
          const sorted = twoChoices(targets, ({ id }) => costs.get(id) ?? 0, Math.random);
          return {
            note: `${sorted[0]?.id} is expected to answer first`,
            targets: sorted,
            scores: scoresOf(targets, ({ id }) => costs.get(id)),
          };
        },
      }),
      attempt(attempt) {
        const { exchange, target } = attempt;
        if (exchange.call.opaque === true) return; // a file's way up and down says nothing of a model
        inFlight.enter(attempt);
        const before = exchange.get(begun);
        const times = before ?? new Map<string, number>();
        times.set(target.id, clock.monotonic());
        if (before !== undefined) return;
        exchange.set(begun, times);
        exchange.onSettled((settlement) => learnFrom(settlement, exchange.call.stream));
      },
      afterResponse(context) {
        const { call, response } = context;
        const { target } = response;
        const at = target && context.get(begun)?.get(target.id);
        if (at === undefined || target === undefined || call === undefined) return;
        const now = clock.monotonic();
        table.observe(target.id, call.stream, now, now - at);
      },
      explain: ({ model }) => saidFor(models, model, 'the better of two targets by time to the first content and calls under way'),
    };
  },
});

/** Statuses of the client's kind that tell of the target: its credential, its haste, its limits. */
const ofTheTarget = new Set([401, 403, 408, 429]);

/** A refusal of the request itself says nothing of the target, and would come from any other. */
function failedItself({ outcome, status }: AttemptRecord): boolean {
  return outcome === 'failed' && (status === undefined || status < 400 || status >= 500 || ofTheTarget.has(status));
}
