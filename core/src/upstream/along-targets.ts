import { SkipTarget } from '../context.ts';
import { GatewayError, gatewayError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { JsonObject } from '../model/json.ts';
import type { AttemptKind, GatewayResponse } from '../model/response.ts';
import type { Target } from '../model/target.ts';
import type { ParsedCall } from '../parsed-call.ts';
import { failureClass } from '../resilience/failure-class.ts';
import type { TargetStates } from '../resilience/target-states.ts';
import type { ModelCatalog } from '../services/model-catalog.ts';
import type { Signals } from '../services/signals.ts';
import type { Try } from './attempt.ts';
import { NotNow } from './not-now.ts';
import type { Router } from './router.ts';
import type { Scope } from './scope.ts';
import { type NoWay, type Way, wayTo } from './way.ts';

/** What a call says to a target, before a credential was chosen. */
export interface Addressed extends Omit<Try, 'credential'> {
  /** Whether another target may be asked after this one. */
  readonly another: boolean;
  /** Its breaker is open, and nobody else is left to ask. */
  readonly lastResort: boolean;
}

/** An exchange's way along some targets. */
export interface Journey {
  readonly exchange: Exchange;
  readonly targets: readonly Target[];
  readonly scope: Scope;
  /** Of the first attempt; those at further targets are fallbacks, unless they are part of a recovery. */
  readonly kind: AttemptKind;
  /** Notes the targets that are asked, by their ids. */
  readonly begun?: Set<string> | undefined;
  /** The beginning of an answer, for targets that can go on from one. */
  readonly prefill?: Prefill | undefined;
}

/** The beginning of an answer that is sent along with a request. */
export class Prefill {
  readonly text: string;
  /** The target that was last sent it, by its id. */
  used: string | undefined = undefined;

  constructor(text: string) {
    this.text = text;
  }
}

export type Travel = (journey: Journey) => Promise<GatewayResponse>;

export interface AlongTargetsParts {
  readonly router: Router;
  readonly catalog: ModelCatalog;
  readonly signals: Signals;
  readonly states: TargetStates;
  /** Milliseconds that an exchange may take. */
  readonly totalMs: number;
}

/**
 * Sends a call along targets: the next one when a target is skipped, or fails, before content was sent, in a way that another
 * may not. Those whose breaker is open come last. A provider's policy is not routed around.
 */
export function alongTargets(parts: AlongTargetsParts, next: (one: Addressed) => Promise<GatewayResponse>): Travel {
  const { router, catalog, signals, states, totalMs } = parts;
  return async ({ exchange, targets, scope, kind, begun, prefill }) => {
    const call = exchange.requireCall();
    const order = states.order(targets);
    const skipped = new Skipped(exchange);
    let last: { readonly error: GatewayError; readonly target: Target } | undefined;
    let tooLong: Target | undefined;
    for (const [index, target] of order.targets.entries()) {
      if (tooLong !== undefined && !mayTakeMore(target, tooLong, catalog)) {
        skipped.note(`${target.id} takes no longer prompts than ${tooLong.id}`);
        continue;
      }
      const way = wayTo(target, call, router, catalog);
      if ('refused' in way) {
        skipped.note(way.reason, way);
        continue;
      }
      if (last !== undefined && exchange.clock.monotonic() - exchange.startedAt >= totalMs) break; // nobody could answer in no time
      if (last !== undefined)
        signals.emit('fallback', { exchange: exchange.id, from: last.target.id, to: target.id, code: last.error.code });
      begun?.add(target.id);
      try {
        return await next({
          exchange,
          ...way,
          scope,
          kind: last === undefined || kind === 'recovery' ? kind : 'fallback',
          edits: prefill && prefillEdits(way, call, prefill),
          another: order.targets.slice(index + 1, order.lastResortFrom).some((other) => router.ways(other, call.format).length > 0),
          lastResort: index >= order.lastResortFrom,
        });
      } catch (error) {
        if (error instanceof SkipTarget) {
          skipped.note(`${target.id} ${error.message}`, undefined, error instanceof NotNow ? error.retryAfterMs : undefined);
          continue;
        }
        if (!(error instanceof GatewayError) || scope.stopped !== undefined) throw error;
        const { fallback } = failureClass(error);
        if (fallback === 'never') throw error;
        last = { error, target };
        if (fallback === 'larger-window') tooLong = target;
      }
    }
    throw last?.error ?? skipped.error(call.model);
  };
}

/** The change of a request that lets its answer go on from a beginning, where the target can. */
function prefillEdits({ target, translated }: Way, call: ParsedCall, prefill: Prefill): Try['edits'] {
  const { dialect, provider } = target;
  const body = translated?.body ?? (call.document.value as JsonObject);
  const traits = { model: target.target.model, maxOutputTokens: undefined, quirks: provider.quirks };
  const edit = dialect.chat?.prefill?.(body, prefill.text, traits);
  prefill.used = edit === undefined ? undefined : target.target.id;
  return edit && [edit];
}

/** Whether a target may take a prompt that was too long for another: not where both are known and it takes no more. */
function mayTakeMore(target: Target, tooLong: Target, catalog: ModelCatalog): boolean {
  const own = catalog.facts(target)?.contextTokens;
  const theirs = catalog.facts(tooLong)?.contextTokens;
  return own === undefined || theirs === undefined || own > theirs;
}

const skippedByPlugin = { refused: [], unserved: false };

/** Why targets were passed over. */
class Skipped {
  readonly #exchange: Exchange;
  readonly #reasons: string[] = [];
  readonly #refused = new Set<string>();
  /** Whether every target so far lacks the API itself. */
  #unserved = true;
  #retryAfterMs: number | undefined = undefined;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  note(reason: string, { refused, unserved }: Pick<NoWay, 'refused' | 'unserved'> = skippedByPlugin, retryAfterMs?: number): void {
    this.#reasons.push(reason);
    this.#exchange.passOver(reason);
    this.#unserved &&= unserved;
    for (const field of refused) this.#refused.add(field);
    if (retryAfterMs !== undefined) this.#retryAfterMs = Math.min(retryAfterMs, this.#retryAfterMs ?? retryAfterMs);
  }

  /** What a request says that no target understands is the request's fault; anything else may pass. */
  error(model: string): GatewayError {
    const reasons = this.#reasons.length === 0 ? 'every candidate was filtered out' : this.#reasons.join('; ');
    const details = { model: JSON.stringify(model.slice(0, 100)), reasons };
    if (this.#reasons.length > 0 && this.#unserved) return gatewayError('GW_NOT_SERVED', { details });
    const [field] = this.#refused;
    if (field !== undefined) return gatewayError('GW_UNTRANSLATABLE', { details, param: field });
    return gatewayError('GW_NO_TARGET', { details, headers: waitHeaders(this.#retryAfterMs) });
  }
}

function waitHeaders(ms: number | undefined): Record<string, string> {
  if (ms === undefined) return {};
  return { 'retry-after': String(Math.max(1, Math.ceil(ms / 1000))), 'retry-after-ms': String(Math.max(1, Math.round(ms))) };
}
