import {
  Clock,
  CounterStore,
  definePlugin,
  type ExchangeContext,
  Logger,
  principal,
  TokenEstimator,
} from '@express-ai-gateway/core/plugin';
import { type Admission, admit, askedOf, type Held, lineOf } from './admission.ts';
import { expectedTokens, usedTokens } from './expected-tokens.ts';
import { oncePer } from './once-per.ts';
import { rateLimitOptions } from './options.ts';
import { type Limit, rulesOf } from './rules.ts';
import { type Facts, subjectOf } from './subject.ts';
import { type ToldReading, toldHeaders } from './told.ts';
import { WaitingLines } from './waiting-lines.ts';

/** Milliseconds that counting may take besides waiting; a store has a shorter limit of its own. */
const countingMs = 5_000;

/** Log lines of one kind: at most one in so many milliseconds. */
const quietMs = 10_000;

/**
 * Limits of requests, tokens and concurrent requests, counted by rate-limiter-flexible in the gateway's CounterStore: in this process, or
 * shared by all of them where a store package provides it.
 */
export const rateLimit = definePlugin({
  name: 'rate-limit',
  options: rateLimitOptions,
  requires: [CounterStore, Clock, Logger, TokenEstimator],
  before: ['redaction', 'guardrails', 'prompt-optimizer', 'routing', 'budget', 'cache'],
  opaque: true,
  timeoutMs: 60_000 + countingMs, // the longest that a queue may wait
  create(options, { counters, clock, logger, tokens }) {
    const { queue, ipv6Prefix, expectedOutputTokens } = options;
    const lines = queue === undefined ? undefined : new WaitingLines({ ...queue, clock });
    const failed = oncePer(quietMs, clock, (error: unknown) =>
      logger.log('error', 'The store of rate limits cannot count; this process counts by itself, its share of each limit.', {
        error: String(error),
      }),
    );
    const rules = rulesOf(options, { counters, clock, failed });
    const readings = new WeakMap<ExchangeContext, readonly ToldReading[]>();

    /** Takes of every limit what the request needs, until the exchange is over; refuses where one has no room. */
    async function hold(context: ExchangeContext, limits: readonly Limit[], facts: Facts, amount: number): Promise<void> {
      const asked = askedOf(limits, facts);
      const attempt = (): Promise<Admission> => admit(asked, amount);
      const { held, told, shadowed, refused } = await (lines?.through({
        who: () => subjectOf(['key'], facts),
        signal: () => context.signal,
        lines: () => asked.map(lineOf),
        attempt,
      }) ?? attempt());
      // First of all: whatever goes wrong from here on, it is given back. A request that was let in stays counted.
      const lent = held.filter(({ what }) => what !== 'requests');
      if (lent.length > 0) context.onSettled(({ attempts }) => settle(lent, amount, usedTokens(attempts)));
      tell(context, told);
      for (const { name, what, limit, window } of shadowed)
        logger.log('warn', `The limit "${name}" would have refused a request (shadow mode).`, {
          what,
          limit,
          window,
          principal: facts.principal?.id,
          exchange: context.id,
        });
      if (refused !== undefined) throw refused.error;
    }

    /** Gives places back, and corrects tokens to what was used. What nobody reported stays as it was estimated. */
    async function settle(lent: readonly Held[], amount: number, used: number | undefined): Promise<void> {
      await Promise.all(
        lent.map(async ({ what, taken, line }) => {
          if (what === 'tokens') return used === undefined ? undefined : taken.change(used - amount);
          await taken.giveBack();
          lines?.freed(line);
        }),
      );
    }

    function tell(context: ExchangeContext, more: readonly ToldReading[]): void {
      const all = [...(readings.get(context) ?? []), ...more];
      readings.set(context, all);
      for (const [name, value] of Object.entries(toldHeaders(all, context.dialect, clock.now()))) context.setHeader(name, value);
    }

    const factsOf = (context: ExchangeContext, model: string | undefined): Facts => ({
      principal: context.get(principal),
      endpoint: context.dialect,
      model,
      ip: context.ip,
      ipv6Prefix,
    });

    return {
      onRequest(context) {
        if (context.parent !== undefined) return undefined; // a call of the gateway's own, within one that was counted
        const facts = factsOf(context, undefined);
        const { early } = rules.of(facts.principal?.plan);
        return early.length === 0 ? undefined : hold(context, early, facts, 0);
      },
      beforeRoute(context) {
        const facts = factsOf(context, context.call.model);
        const { late } = rules.of(facts.principal?.plan);
        const limits = context.parent === undefined ? late : late.filter(({ meter }) => meter.what === 'tokens');
        if (limits.length === 0) return undefined;
        const needed = limits.some(({ meter }) => meter.what === 'tokens') ? expectedTokens(context.call, tokens, expectedOutputTokens) : 0;
        return hold(context, limits, facts, needed);
      },
      explain: () => rules.all.map(inWords).join('; '),
    };
  },
});

function inWords({ name, per, window, enforced, meter }: Limit): string {
  const whose = per.length === 0 ? 'all callers together' : `each ${per.join(' and ')}`;
  const span = meter.what === 'concurrent' ? 'requests at the same time' : `${meter.what} in ${window}`;
  return `${enforced ? 'refuses' : 'logs'} more than ${meter.limit} ${span} for ${whose} ("${name}")`;
}
