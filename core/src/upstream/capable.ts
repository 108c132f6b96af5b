import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import type { Target } from '../model/target.ts';
import type { ParsedCall } from '../parsed-call.ts';
import type { ModelCatalog, ModelFacts } from '../services/model-catalog.ts';
import type { TokenEstimator } from '../services/token-estimator.ts';
import type { Travel } from './along-targets.ts';

export interface CapableParts {
  readonly catalog: ModelCatalog;
  readonly estimator: TokenEstimator;
}

/**
 * Leaves out targets of which it is known that they cannot do what a call asks for. Where that would leave none they are all
 * asked: what is known of models grows old, and their own refusal says more.
 */
export function capable(parts: CapableParts, travel: Travel): Travel {
  return (journey) => {
    const { targets, exchange } = journey;
    const call = exchange.requireCall();
    if (targets.length < 2) return travel(journey);
    const lacks = targets.map((target) => incapacity(target, call, parts));
    const able = targets.filter((_, index) => lacks[index] === undefined);
    if (able.length === 0 || able.length === targets.length) return travel(journey);
    for (const [index, lack] of lacks.entries()) if (lack !== undefined) exchange.passOver(`${targets[index]?.id} ${lack}`);
    return travel({ ...journey, targets: able });
  };
}

/** What a target is known not to be able to do for a call, in words; `undefined`: nothing that is known. */
export function incapacity(target: Target, call: ParsedCall, { catalog, estimator }: CapableParts): string | undefined {
  const facts = catalog.facts(target);
  if (facts === undefined) return undefined;
  if (facts.tools === false && call.tools.length > 0) return 'has no tools';
  if (facts.vision === false && call.attachments().some(({ kind }) => kind === 'image')) return 'takes no images';
  if (facts.jsonSchema === false && wantsSchema(call.document.value as JsonObject)) return 'cannot be held to a JSON schema';
  return tooSmall(facts, call, estimator) ? `has a window of ${facts.contextTokens} tokens` : undefined;
}

/** Only where there is no doubt: an estimate may be off by half, what is attached is no text, and a batch of embeddings is many. */
function tooSmall({ contextTokens }: ModelFacts, call: ParsedCall, estimator: TokenEstimator): boolean {
  return (
    contextTokens !== undefined &&
    call.format.chat !== undefined &&
    estimator.estimate(call.document.text) / 2 > contextTokens &&
    call.attachments().length === 0
  );
}

/** In the words of whatever format: Chat, Responses, Messages, Gemini. */
function wantsSchema(body: JsonObject): boolean {
  const config = objectOf(body.generationConfig ?? body.generation_config);
  const formats = [body.response_format, objectOf(body.text)?.format, objectOf(body.output_config)?.format];
  return formats.some((format) => objectOf(format)?.type === 'json_schema') || schemas.some((name) => config?.[name] !== undefined);
}

const schemas = ['responseSchema', 'responseJsonSchema', 'response_schema', 'response_json_schema'];

function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}
