import { Losses } from '../../../../core/src/dialects/translate/losses.ts';
import type { TargetTraits } from '../../../../core/src/dialects/translation.ts';
import type { JsonObject } from '../../../../core/src/model/json.ts';
import type { NeutralRequest, NeutralTurn } from '../../../../core/src/model/neutral.ts';
import { bedrockConverse } from '../../../../providers/bedrock/src/converse/converse.ts';
import type { EncoderAbout } from '../../../../providers/bedrock/src/converse/encoder.ts';
import { bedrockModel } from '../../../../providers/bedrock/src/converse/models.ts';

export const sonnet = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0';
export const haiku3 = 'anthropic.claude-3-haiku-20240307-v1:0';
export const newest = 'us.anthropic.claude-opus-5-5';
export const nova = 'amazon.nova-lite-v1:0';

export function request(members: Partial<NeutralRequest>): NeutralRequest {
  return { ...nothingAsked, ...members };
}

const nothingAsked: NeutralRequest = {
  model: 'm',
  stream: false,
  turns: [{ role: 'user', parts: [{ kind: 'text', text: 'Hi' }] }],
  tools: [],
  toolChoice: undefined,
  parallelTools: undefined,
  maxOutputTokens: undefined,
  temperature: undefined,
  topP: undefined,
  topK: undefined,
  seed: undefined,
  frequencyPenalty: undefined,
  presencePenalty: undefined,
  stop: [],
  format: undefined,
  reasoning: undefined,
  user: undefined,
};

export interface Sent {
  readonly body: JsonObject;
  /** `field: level`. */
  readonly losses: readonly string[];
}

/** What goes to Bedrock for a request. */
export function sent(members: Partial<NeutralRequest>, model = sonnet, traits: Partial<TargetTraits> = {}): Sent {
  const { chat } = bedrockConverse;
  if (chat === undefined) throw new Error('it is translated');
  const { value, losses } = chat.encodeRequest(request(members), { model, maxOutputTokens: undefined, quirks: {}, ...traits });
  return {
    body: JSON.parse(JSON.stringify(value)) as JsonObject,
    losses: losses.map(({ field, level }) => `${field}: ${level}`),
  };
}

export function encoderFor(model: string, quirks: EncoderAbout['quirks'] = {}): EncoderAbout {
  return { model: bedrockModel(model), quirks, losses: new Losses() };
}

export function lossesOf({ losses }: EncoderAbout): string[] {
  return losses.list().map(({ field, level }) => `${field}: ${level}`);
}

export const user = (text: string): NeutralTurn => ({ role: 'user', parts: [{ kind: 'text', text }] });

export const said = (text: string): NeutralTurn => ({ role: 'assistant', parts: [{ kind: 'text', text }] });

export function calls(...names: string[]): NeutralTurn {
  return {
    role: 'assistant',
    parts: names.map((name) => ({ kind: 'toolCall', id: `id-${name}`, name, arguments: `{"of":"${name}"}`, opaque: undefined })),
  };
}

export function result(name: string, text: string, isError = false): NeutralTurn {
  return { role: 'tool', results: [{ callId: `id-${name}`, name, parts: [{ kind: 'text', text }], isError }] };
}

export const tool = (name: string) => ({ name, description: undefined, parameters: undefined, strict: undefined });
