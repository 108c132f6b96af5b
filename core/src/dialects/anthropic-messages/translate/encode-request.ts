import { hash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../../../model/json.ts';
import type { Encoded, NeutralField, NeutralRequest } from '../../../model/neutral.ts';
import type { TargetTraits } from '../../translation.ts';
import { type ModelTraits, modelTraits } from './claude-models.ts';
import { encodeFormat } from './encode-format.ts';
import { encodeSampling } from './encode-sampling.ts';
import { encodeThinking } from './encode-thinking.ts';
import { encodeTools } from './encode-tools.ts';
import { encodeTurns, lacksThinking } from './encode-turns.ts';
import { Losses } from './losses.ts';

/** Where nothing is known of the model: what the least of Claude's newer ones gives. A small number would cut answers off. */
const usualLimit = 32_000;

/** The request for a provider that speaks Messages, in the order that clients write it. */
export function encodeRequest(request: NeutralRequest, target: TargetTraits): Encoded<JsonObject> {
  const { quirks } = target;
  const losses = new Losses<NeutralField>();
  const model = modelTraits(target.model);
  const turns = encodeTurns(request.turns, { quirks, model, losses });
  const { members, forced } = encodeTools(request, { quirks, model, losses });
  const format = encodeFormat(request.format, { quirks, model, losses });
  const most = target.maxOutputTokens ?? model.maxOutputTokens;
  const { thinks, limit, effort, thinking } = encodeThinking(
    request.reasoning,
    {
      model,
      limit: limitOf(request.maxOutputTokens, most),
      most: most ?? usualLimit,
      forced,
      lacksThinking: lacksThinking(turns.messages),
    },
    losses,
  );
  if (effort !== undefined && quirks.reasoningEffort === false) losses.drop('reasoning');
  const body = present({
    model: target.model,
    max_tokens: limit,
    system: listed([...turns.system, ...format.instructions]),
    messages: turns.messages,
    ...members,
    thinking,
    output_config: membersOf({ effort: quirks.reasoningEffort === false ? undefined : effort, format: format.format }),
    ...encodeSampling(request, { model, thinks }, losses),
    stop_sequences: listed(encodeStop(request.stop, model, losses)),
    metadata: request.user === undefined ? undefined : { user_id: userId(request.user) },
    stream: request.stream ? true : undefined,
  });
  return { value: withoutUnknown(body, quirks.unknownFields ?? [], losses), losses: losses.list() };
}

function present(members: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(members).filter((member): member is [string, JsonValue] => member[1] !== undefined));
}

function membersOf(members: Readonly<Record<string, JsonValue | undefined>>): JsonObject | undefined {
  const object = present(members);
  return Object.keys(object).length === 0 ? undefined : object;
}

function listed<T extends JsonValue>(values: readonly T[]): readonly T[] | undefined {
  return values.length === 0 ? undefined : values;
}

/** Required. More than the model can give is an error. `undefined`: nobody asked for a limit. */
function limitOf(asked: number | undefined, most: number | undefined): number | undefined {
  return asked === undefined || most === undefined ? asked : Math.min(asked, most);
}

/** Claude takes no sequence of white space alone. A sequence that is left out would not stop it: a restriction. */
function encodeStop(stop: readonly string[], model: ModelTraits, losses: Losses<NeutralField>): string[] {
  const given = stop.filter((sequence) => sequence !== '');
  const known = model.claude ? given.filter((sequence) => sequence.trim() !== '') : given;
  if (known.length < given.length) losses.refuse('stop');
  return known;
}

/** 256 characters at most; what looks like an address of mail or a telephone's number is refused as such. */
function userId(user: string): string {
  return user.length > 256 || user.includes('@') || /^\+?[\d\s().-]{7,}$/.test(user) ? hash('sha256', user, 'hex') : user;
}

/** What a target does not know, and what that loses (Ollama: no `tool_choice`, no `metadata`). The rest was never asked for. */
const fields: ReadonlyMap<string, { readonly field: NeutralField; readonly level: 'drop' | 'refuse' }> = new Map([
  ['tools', { field: 'tools', level: 'refuse' }],
  ['output_config', { field: 'format', level: 'refuse' }],
  ['stop_sequences', { field: 'stop', level: 'refuse' }],
  ['max_tokens', { field: 'maxOutputTokens', level: 'refuse' }],
  ['thinking', { field: 'reasoning', level: 'drop' }],
  ['temperature', { field: 'temperature', level: 'drop' }],
  ['top_p', { field: 'topP', level: 'drop' }],
  ['top_k', { field: 'topK', level: 'drop' }],
  ['metadata', { field: 'user', level: 'drop' }],
]);

function withoutUnknown(body: JsonObject, unknown: readonly string[], losses: Losses<NeutralField>): JsonObject {
  if (unknown.length === 0) return body;
  return Object.fromEntries(
    Object.entries(body).filter(([key]) => {
      const lost = fields.get(key);
      if (lost === undefined || !unknown.includes(key)) return true;
      if (lost.level === 'drop') losses.drop(lost.field);
      else losses.refuse(lost.field);
      return false;
    }),
  );
}
