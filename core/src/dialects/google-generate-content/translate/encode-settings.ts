import type { JsonObject } from '../../../model/json.ts';
import type { NeutralField, NeutralRequest } from '../../../model/neutral.ts';
import type { Losses } from '../../translate/losses.ts';
import { outputLimit } from '../../translate/output-limit.ts';
import { present } from '../../translate/present.ts';
import type { TargetTraits } from '../../translation.ts';
import { encodeThinking } from './encode-thinking.ts';
import type { ModelTraits } from './gemini-models.ts';
import { withoutConst } from './schema.ts';

/** Google takes five. A stop sequence is a restriction: five of six would not keep it. */
const maxStops = 5;

/** `generationConfig`; `undefined` where nothing is asked. */
export function encodeSettings(
  request: NeutralRequest,
  target: TargetTraits,
  traits: ModelTraits,
  losses: Losses<NeutralField>,
): JsonObject | undefined {
  const most = target.maxOutputTokens ?? traits.maxOutputTokens;
  const maxOutputTokens = clamped(request.maxOutputTokens, most, losses);
  if (request.stop.length > maxStops) losses.refuse('stop');
  const config = present({
    maxOutputTokens,
    temperature: request.temperature,
    topP: request.topP,
    topK: request.topK,
    seed: seedOf(request.seed, losses),
    ...penalties(request, traits, losses),
    stopSequences: request.stop.length > 0 ? request.stop.slice(0, maxStops) : undefined,
    ...formatOf(request, target, traits, losses),
    thinkingConfig: encodeThinking(request.reasoning, traits.thinking, maxOutputTokens ?? target.maxOutputTokens, losses),
  });
  return Object.keys(config).length === 0 ? undefined : config;
}

function clamped(asked: number | undefined, most: number | undefined, losses: Losses<NeutralField>): number | undefined {
  const limit = outputLimit(asked, most);
  if (limit !== asked) losses.drop('maxOutputTokens');
  return limit;
}

/** An int32 here, 64 bits elsewhere. */
function seedOf(seed: number | undefined, losses: Losses<NeutralField>): number | undefined {
  if (seed === undefined || (seed | 0) === seed) return seed;
  losses.drop('seed');
  return undefined;
}

function penalties(
  request: NeutralRequest,
  traits: ModelTraits,
  losses: Losses<NeutralField>,
): Partial<Record<'frequencyPenalty' | 'presencePenalty', number>> {
  const kept: Partial<Record<'frequencyPenalty' | 'presencePenalty', number>> = {};
  for (const field of ['frequencyPenalty', 'presencePenalty'] as const) {
    const value = request[field];
    if (value === undefined) continue;
    if (traits.penalties) kept[field] = value;
    else if (value !== 0) losses.drop(field);
  }
  return kept;
}

/** Before Gemini 3 a JSON answer and tools exclude each other. */
function formatOf(
  { format, tools }: NeutralRequest,
  { quirks }: TargetTraits,
  traits: ModelTraits,
  losses: Losses<NeutralField>,
): JsonObject {
  if (format === undefined) return {};
  if (tools.length > 0 && !traits.newest) losses.refuse('format');
  if (format.kind === 'json') return { responseMimeType: 'application/json' };
  if (quirks.jsonSchema === false) losses.refuse('format');
  return { responseMimeType: 'application/json', responseJsonSchema: withoutConst(format.schema) };
}
