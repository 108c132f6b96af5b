import type { JsonObject } from '../model/json.ts';
import type { GatewayResponse } from '../model/response.ts';
import type { CallSettings } from '../resilience/settings.ts';
import type { Addressed } from './along-targets.ts';
import { mayReason } from './may-reason.ts';

/**
 * Waits for a stream's first content, and for each further byte, only so long where another target may be asked instead. A
 * model that reasons is silent for good reasons; where it is the only one, an answer late is better than none.
 */
export function impatient(
  settings: (one: Addressed) => CallSettings,
  next: (one: Addressed) => Promise<GatewayResponse>,
): (one: Addressed) => Promise<GatewayResponse> {
  return (one) => {
    const call = one.exchange.requireCall();
    if (!one.another || !call.stream || mayReason(call.document.value as JsonObject, one.target.target.model)) return next(one);
    const { firstTokenMs, silenceMs } = settings(one);
    return next({ ...one, limits: { firstTokenMs, silenceMs } });
  };
}
