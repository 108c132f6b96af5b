import {
  type AuxiliaryAnswer,
  type Call,
  Clock,
  definePlugin,
  type GatewayPlugin,
  type JsonObject,
  Logger,
  Models,
  type ResponseContext,
  type Settlement,
  z,
} from '@express-ai-gateway/core/plugin';
import { Allowance } from './allowance.ts';
import { leaveReason } from './decision.ts';
import { named } from './named.ts';
import { experimentName, modelName, models } from './options.ts';
import { fits } from './pattern.ts';
import { common } from './strategy.ts';
import { joined, unitHash } from './unit-hash.ts';

const name = 'routing.shadow';

/** Time for copies under way when the gateway closes. Less than the gateway gives a plugin. Milliseconds. */
const closeMs = 5_000;

/** A call and its mirror, when both are over. */
export interface Mirrored {
  readonly exchange: string;
  /** As the client wrote it. */
  readonly model: string;
  readonly main: Settlement;
  /** The mirror's answer, whole. It holds what a model said to a caller: it is not for logs. */
  readonly shadow: AuxiliaryAnswer;
}

type Report = (mirrored: Mirrored) => void | Promise<void>;

export const shadowOptions = z.strictObject({
  /** Several mirrors at a time have names of their own. */
  name: experimentName.optional(),
  models,
  /** The target that gets a copy, or an alias for it. */
  to: modelName,
  /** The share of calls that are mirrored: 0.05 is every twentieth. */
  share: z.number().min(0).max(1).default(0.01),
  /** Mirrored calls in any minute, at most. */
  perMinute: z.int().min(1).max(10_000).default(10),
  /** Milliseconds that a mirrored call may take. */
  timeoutMs: z.int().min(1).max(600_000).default(30_000),
  /** Hears of each pair, e.g. to compare the answers. */
  report: z.custom<Report>((value) => typeof value === 'function', { error: 'a function' }).optional(),
});

export type ShadowOptions = z.input<typeof shadowOptions>;

type Options = z.output<typeof shadowOptions>;

const define = definePlugin({
  ...common,
  name,
  options: shadowOptions,
  requires: [Logger, Clock, Models],
  onFailure: 'open',
  create: (options, { logger, clock, models }) => {
    const own = options.name === undefined ? name : `${name}.${options.name}`;
    const allowance = new Allowance(options.perMinute);
    const underWay = new Set<Promise<void>>();
    const failed = (exchange: string, error: unknown): void =>
      logger.log('warn', 'A mirrored call, or the report of one, failed; the call itself did not.', {
        exchange,
        error: error instanceof Error ? error.message : 'something that is no error was thrown',
      });

    const mirror = async (context: ResponseContext, call: Call, settled: Promise<Settlement>): Promise<void> => {
      try {
        // At once, while this plugin's hook runs: by that core knows whose call it is.
        const answer = models.call(context, { dialect: call.dialect, body: bodyOf(call, options.to), timeoutMs: options.timeoutMs });
        answer.catch(() => {}); // heard below
        const [shadow, main] = [await answer, await settled];
        if (shadow.status >= 400 && logger.enabled('debug'))
          logger.log('debug', `${own}: the mirror answered ${shadow.status}`, { exchange: context.id, to: options.to });
        await options.report?.({ exchange: context.id, model: call.model, main, shadow });
      } catch (error) {
        failed(context.id, error);
      }
    };

    return {
      // The answer is there, and nobody waits for the copy. A call that failed is not worth one.
      afterResponse(context) {
        const { call } = context;
        if (call === undefined || !isMirrored(context, call, options) || !allowance.take(clock.monotonic())) return;
        leaveReason(context, logger, { strategy: own, note: `a copy goes to ${options.to}`, kept: [options.to], excluded: [] });
        const settled = new Promise<Settlement>((resolve) => context.onSettled(resolve));
        const work = mirror(context, call, settled).finally(() => underWay.delete(work));
        underWay.add(work);
      },
      // Copies are worth a little waiting, not more: they have no client.
      async dispose() {
        if (underWay.size === 0) return;
        await new Promise<void>((resolve) => {
          const timer = clock.after(closeMs, resolve);
          void Promise.all(underWay).then(() => {
            timer.cancel();
            resolve();
          });
        });
      },
      explain: () => `a copy of ${options.share * 100} % of the calls goes to ${options.to}, ${options.perMinute} in a minute at most`,
    };
  },
});

/**
 * Sends a copy of some calls to another target. The caller gets the main answer, never waits for the copy, and never hears of
 * it. The copy passes the other plugins (redaction, region, budget) as a call of its own.
 */
export function shadow(options: ShadowOptions): GatewayPlugin {
  const plugin = define(options);
  return options.name === undefined ? plugin : named(plugin, options.name);
}

function isMirrored(context: ResponseContext, call: Call, options: Options): boolean {
  const { parent, response, id } = context;
  return (
    parent === undefined &&
    call.opaque !== true &&
    response.source === 'upstream' && // an error that a provider answered with is the gateway's
    response.target?.id !== options.to &&
    call.states.length === 0 && // nobody else has what it goes on from
    fits(options.models, call.model) &&
    typeof call.body.model === 'string' && // Google's formats name the model in the path
    unitHash(joined(options.name ?? 'shadow', id)) < options.share
  );
}

/** What only makes sense of a stream would be refused without one. */
function bodyOf(call: Call, to: string): JsonObject {
  const { stream_options: _, ...body } = call.body;
  return { ...body, model: to };
}
