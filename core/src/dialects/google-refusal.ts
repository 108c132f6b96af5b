import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import type { RefusalFacts } from './dialect.ts';

/**
 * What Google says of a refusal in its body alone: a wrong key is a 400 (`reason: API_KEY_INVALID`), and the wait after a 429
 * stands in `RetryInfo.retryDelay`, as recorded.
 */
export function googleRefusal(body: JsonObject): RefusalFacts {
  const details = detailsOf(body.error);
  return {
    badCredential: details.some(({ reason }) => reason === 'API_KEY_INVALID' || reason === 'API_KEY_EXPIRED'),
    waitMs: details.map(({ retryDelay }) => milliseconds(retryDelay)).find((ms) => ms !== undefined),
  };
}

function detailsOf(error: JsonValue | undefined): JsonObject[] {
  const details = isJsonObject(error) ? error.details : undefined;
  return Array.isArray(details) ? (details as readonly JsonValue[]).filter(isJsonObject) : [];
}

/** A duration as proto-JSON writes it: `1.5s`. */
function milliseconds(duration: JsonValue | undefined): number | undefined {
  const seconds = typeof duration === 'string' ? /^(\d{1,6}(?:\.\d{1,9})?)s$/.exec(duration)?.[1] : undefined;
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
