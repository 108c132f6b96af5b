import { hash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../../../model/json.ts';
import type { Encoded, NeutralField, NeutralRequest } from '../../../model/neutral.ts';
import { Losses } from '../../translate/losses.ts';
import { outputLimit } from '../../translate/output-limit.ts';
import { present } from '../../translate/present.ts';
import { type LeftOut, withoutUnknown } from '../../translate/unknown-fields.ts';
import type { TargetTraits } from '../../translation.ts';
import { type ModelTraits, modelTraits } from './claude-models.ts';
import { encodeFormat } from './encode-format.ts';
import { encodeSampling } from './encode-sampling.ts';
import { encodeThinking } from './encode-thinking.ts';
import { encodeTools } from './encode-tools.ts';
import { encodeTurns, lacksThinking } from './encode-turns.ts';

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
      limit: outputLimit(request.maxOutputTokens, most),
      most: most ?? usualLimit,
      forced,
      lacksThinking: lacksThinking(turns.messages),
    },
    losses,
  );
  if (effort !== undefined && quirks.reasoningEffort === false) losses.drop('reasoning');
  const body = present({
    model: target.model,
    max_tokens: limit, // required
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
  return { value: withoutUnknown(body, quirks.unknownFields ?? [], leftOut, losses), losses: losses.list() };
}

function membersOf(members: Readonly<Record<string, JsonValue | undefined>>): JsonObject | undefined {
  const object = present(members);
  return Object.keys(object).length === 0 ? undefined : object;
}

function listed<T extends JsonValue>(values: readonly T[]): readonly T[] | undefined {
  return values.length === 0 ? undefined : values;
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
const leftOut: LeftOut = new Map([
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
