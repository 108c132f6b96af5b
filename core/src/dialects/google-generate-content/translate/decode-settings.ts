import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type { NeutralFormat, NeutralRequest } from '../../../model/neutral.ts';
import { badField, optionalCount, optionalFlag } from '../../fields.ts';
import { elements, fieldOf } from '../../google-fields.ts';
import type { RequestLosses } from '../../translate/losses.ts';
import { decodeThinking } from './decode-thinking.ts';
import { knownKeys } from './known-keys.ts';
import { jsonSchema } from './schema.ts';

type Settings = Pick<
  NeutralRequest,
  'maxOutputTokens' | 'temperature' | 'topP' | 'topK' | 'seed' | 'frequencyPenalty' | 'presencePenalty' | 'stop' | 'format' | 'reasoning'
>;

const known = [
  ...['temperature', 'topP', 'topK', 'seed', 'frequencyPenalty', 'presencePenalty', 'stopSequences', 'maxOutputTokens', 'thinkingConfig'],
  ...['responseMimeType', 'responseSchema', 'responseJsonSchema', 'responseFormat'],
  ...['candidateCount', 'responseLogprobs', 'responseModalities'],
];

/** `generationConfig`. */
export function decodeSettings(body: JsonObject, losses: RequestLosses): Settings {
  const config = fieldOf(body, 'generationConfig') ?? {};
  if (!isJsonObject(config)) badField('generationConfig', 'an object', config);
  losses.dropOthers(config, knownKeys(config, known), 'generationConfig.');
  refuseWhatNobodyElseDoes(config, losses);
  const number = (name: string): number | undefined => optionalNumber(`generationConfig.${name}`, fieldOf(config, name));
  return {
    maxOutputTokens: optionalCount('generationConfig.maxOutputTokens', fieldOf(config, 'maxOutputTokens')),
    temperature: number('temperature'),
    topP: number('topP'),
    topK: number('topK'),
    seed: number('seed'),
    frequencyPenalty: number('frequencyPenalty'),
    presencePenalty: number('presencePenalty'),
    stop: stopSequences(config),
    format: decodeFormat(config, losses),
    reasoning: decodeThinking(fieldOf(config, 'thinkingConfig'), losses),
  };
}

/** More answers than one, probabilities, pictures and speech. */
function refuseWhatNobodyElseDoes(config: JsonObject, losses: RequestLosses): void {
  const candidates = optionalNumber('generationConfig.candidateCount', fieldOf(config, 'candidateCount'));
  if (candidates !== undefined && candidates > 1) losses.refuse('generationConfig.candidateCount');
  if (optionalFlag('generationConfig.responseLogprobs', fieldOf(config, 'responseLogprobs')))
    losses.refuse('generationConfig.responseLogprobs');
  for (const [modality] of elements(config, 'responseModalities', [])) {
    if (typeof modality !== 'string' && typeof modality !== 'number')
      badField('generationConfig.responseModalities', 'an array of strings', modality);
    if (modality !== 1 && String(modality).toUpperCase() !== 'TEXT') losses.refuse('generationConfig.responseModalities');
  }
}

function stopSequences(config: JsonObject): string[] {
  return [...elements(config, 'stopSequences', [])].map(([sequence]) => {
    if (typeof sequence !== 'string') badField('generationConfig.stopSequences', 'an array of strings', sequence);
    return sequence;
  });
}

/** A schema says more than the media type that goes with it. */
function decodeFormat(config: JsonObject, losses: RequestLosses): NeutralFormat | undefined {
  if (fieldOf(config, 'responseFormat') !== undefined) losses.refuse('generationConfig.responseFormat');
  const type = fieldOf(config, 'responseMimeType') ?? 'text/plain';
  const schema = schemaOf(config);
  if (type === 'application/json') return schema ?? { kind: 'json' };
  // `text/x.enum`: one word of a list, without quotes.
  if (type !== 'text/plain') losses.refuse('generationConfig.responseMimeType');
  else if (schema !== undefined) return schema;
  return undefined;
}

function schemaOf(config: JsonObject): NeutralFormat | undefined {
  const own = fieldOf(config, 'responseSchema');
  const standard = fieldOf(config, 'responseJsonSchema');
  const schema = standard ?? own;
  if (schema === undefined) return undefined;
  if (!isJsonObject(schema))
    badField(`generationConfig.${standard === undefined ? 'responseSchema' : 'responseJsonSchema'}`, 'an object', schema);
  return {
    kind: 'schema',
    name: undefined,
    description: undefined,
    schema: standard === undefined ? jsonSchema(schema) : schema,
    strict: undefined,
  };
}

function optionalNumber(field: string, value: JsonValue | undefined): number | undefined {
  if (value === undefined) return undefined;
  // Protocol buffers take numbers as text.
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) badField(field, 'a number', value);
  return number;
}
