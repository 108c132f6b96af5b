import { gatewayError } from './errors.ts';
import { JsonDocument } from './json/document.ts';
import { JsonScanError } from './json/scan.ts';
import { JsonSyntaxError } from './json/syntax-error.ts';
import type { JsonValue } from './model/json.ts';

/** Bounds of a text besides its size. */
export interface JsonLimits {
  readonly depth: number;
  readonly values: number;
  readonly keys: number;
}

const defaultLimits: JsonLimits = { depth: 64, values: 100_000, keys: 10_000 };

/**
 * The value of a JSON text that comes from outside, read as calls are: a key that comes twice, nesting without end, half of a surrogate
 * pair are a 400 (`GatewayError`), for two readers could take them differently.
 */
export function readJson(text: string, limits: JsonLimits = defaultLimits): JsonValue {
  return guarded(() => new JsonDocument(text, limits).value, limits);
}

/** Turns what the scanner finds into errors for the client. */
export function guarded<T>(action: () => T, limits?: JsonLimits): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof JsonSyntaxError)
      throw gatewayError('GW_BAD_JSON', { details: { reason: `line ${error.line}, column ${error.column}` }, cause: error });
    if (!(error instanceof JsonScanError)) throw error;
    const path = error.path === '' ? 'the top' : error.path;
    switch (error.kind) {
      case 'duplicate-key':
        throw gatewayError('GW_DUPLICATE_KEY', { details: { path: shortened(path) }, cause: error });
      case 'depth':
        throw gatewayError('GW_TOO_DEEP', { details: { path: shortened(path), limit: limits?.depth ?? 64 }, cause: error });
      case 'lone-surrogate':
        throw gatewayError('GW_BAD_TEXT', { details: { reason: `half of a surrogate pair at ${shortened(path)}` }, cause: error });
      default:
        throw gatewayError('GW_JSON_LIMITS', { details: { path: shortened(path), what: error.kind }, cause: error });
    }
  }
}

/** Keys are the client's own words: shown, but short and on one line. */
function shortened(path: string): string {
  const shown = path.length > 120 ? `${path.slice(0, 117)}…` : path;
  return JSON.stringify(shown).slice(1, -1);
}
