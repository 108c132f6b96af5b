import type { JsonObject } from '../../../model/json.ts';
import type { NeutralField, NeutralRequest } from '../../../model/neutral.ts';
import type { TargetTraits } from '../../translation.ts';
import type { Losses } from './losses.ts';
import type { ModelTraits } from './models.ts';
import { withoutConst } from './schema.ts';
import { encodeThinking } from './thinking.ts';

/** Google takes five. */
const maxStops = 5;

/** `generationConfig`; `undefined` where nothing is asked. */
export function encodeSettings(
  request: NeutralRequest,
  target: TargetTraits,
  traits: ModelTraits,
  losses: Losses<NeutralField>,
): JsonObject | undefined {
  const maxOutputTokens = clamped(request.maxOutputTokens, target.maxOutputTokens, losses);
  if (request.stop.length > maxStops) losses.drop('stop');
  const config: Record<string, JsonObject[string] | undefined> = {
    maxOutputTokens,
    temperature: request.temperature,
    topP: request.topP,
    topK: request.topK,
    seed: seedOf(request.seed, losses),
    ...penalties(request, traits, losses),
    stopSequences: request.stop.length > 0 ? request.stop.slice(0, maxStops) : undefined,
    ...formatOf(request, target, traits, losses),
    thinkingConfig: encodeThinking(request.reasoning, traits.thinking, maxOutputTokens ?? target.maxOutputTokens, losses),
  };
  const given = Object.entries(config).filter((entry): entry is [string, JsonObject[string]] => entry[1] !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

function clamped(asked: number | undefined, most: number | undefined, losses: Losses<NeutralField>): number | undefined {
  if (asked === undefined || most === undefined || asked <= most) return asked;
  losses.drop('maxOutputTokens');
  return most;
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
