import type { AnswerAbout } from '../dialects/translation.ts';
import { type GatewayError, gatewayError } from '../errors.ts';
import type { JsonObject } from '../model/json.ts';
import type { GatewayResponse } from '../model/response.ts';
import { failureClass } from '../resilience/failure-class.ts';
import type { CallSettings } from '../resilience/settings.ts';
import type { Signals } from '../services/signals.ts';
import { type Journey, Prefill, type Travel } from './along-targets.ts';
import { type Continuation, RecoveringBody } from './recovering-body.ts';
import { type JoinableFormat, joinable, Splice } from './splice.ts';
import { SseBody } from './sse-body.ts';

export interface RecoveringParts {
  readonly settings: (model: string, target: string) => CallSettings;
  readonly signals: Signals;
}

/**
 * Goes on with an answer whose stream broke off after content was sent: another target is asked again, from where the text
 * stopped where it can do that, else from the start, and what the client has already is left out. Only where there is
 * another target, for text and reasoning, and where the second answer says the same: nothing is ever sent that does not fit.
 */
export function recovering(parts: RecoveringParts, travel: Travel): Travel {
  return async (journey) => {
    const response = await travel(journey);
    const { body, target } = response;
    const call = journey.exchange.requireCall();
    const format = joinable(call.format);
    if (!(body instanceof SseBody) || target === undefined || format === undefined || call.states.length > 0) return response;
    const others = journey.targets.filter(({ id }) => id !== target.id);
    if (others.length === 0 || parts.settings(call.model, target.id).recovery === 'error') return response;
    const recovering = recoverable(parts, { ...journey, targets: others }, response, body, format, travel);
    journey.exchange.recovering = recovering;
    return { ...response, body: recovering };
  };
}

function recoverable(
  { signals }: RecoveringParts,
  journey: Journey,
  { target }: GatewayResponse,
  body: SseBody,
  format: JoinableFormat,
  travel: Travel,
): RecoveringBody {
  const { exchange } = journey;
  return new RecoveringBody(body, {
    dialect: format.stream,
    recover: (delivered, error) => wayOn(journey, delivered, error, format, travel),
    told: (resumed) => {
      signals.emit('recovery', { exchange: exchange.id, from: target?.id ?? '', resumed });
      exchange.logger.log('warn', `A stream broke off; ${resumed ? 'another target went on with it' : 'no other target could go on'}.`, {
        exchange: exchange.id,
        from: target?.id,
      });
    },
  });
}

/** How to go on from what was delivered; `undefined` where that makes no sense, or nobody waits for it. */
function wayOn(
  journey: Journey,
  delivered: Buffer,
  error: GatewayError,
  format: JoinableFormat,
  travel: Travel,
): (() => Promise<Continuation>) | undefined {
  if (failureClass(error).fallback !== 'any' || journey.scope.stopped !== undefined) return undefined;
  const splice = Splice.after(delivered, format, about(journey));
  return splice && (() => continued(journey, splice, travel));
}

async function continued(journey: Journey, splice: Splice, travel: Travel): Promise<Continuation> {
  const prefill = new Prefill(splice.text.trimEnd());
  const again = { ...journey, kind: 'recovery' } as const;
  const { body, target } = await travel(prefill.text === '' ? again : { ...again, prefill }).catch((refused: unknown) => {
    if (prefill.used === undefined || journey.scope.stopped !== undefined) throw refused;
    prefill.used = undefined;
    return travel(again); // one that does not go on from a beginning may still answer from the start
  });
  if (!(body instanceof SseBody)) throw gatewayError('GW_UPSTREAM_BAD_RESPONSE', { details: { what: 'no stream' } });
  if (prefill.used !== undefined && target?.id === prefill.used) splice.continues();
  return { body, splice };
}

function about({ exchange }: Journey): AnswerAbout {
  const call = exchange.requireCall();
  const request = call.document.value as JsonObject; // parseCall takes nothing else
  return {
    id: exchange.id.replaceAll('-', ''),
    created: Math.floor(exchange.clock.now() / 1000),
    model: call.model,
    withUsage: call.format.stream?.wantsUsage(request) ?? false,
    request,
  };
}
