import type { JsonObject } from '../../../model/json.ts';
import type { Encoded, NeutralEffort, NeutralField, NeutralReasoning, NeutralRequest } from '../../../model/neutral.ts';
import { effortOfBudget } from '../../translate/effort.ts';
import { askForJson, mentionsJson } from '../../translate/json-format.ts';
import { Losses } from '../../translate/losses.ts';
import { outputLimit } from '../../translate/output-limit.ts';
import { present } from '../../translate/present.ts';
import { type LeftOut, withoutUnknown } from '../../translate/unknown-fields.ts';
import { userId } from '../../translate/user-id.ts';
import type { TargetQuirks, TargetTraits } from '../../translation.ts';
import { encodeFormat, encodeTools } from './encode-tools.ts';
import { encodeTurns } from './encode-turns.ts';

/** OpenAI's limit. A stop sequence is a restriction: four of five would not keep it. */
const maxStops = 4;

/** The request for a provider that speaks Chat, in the order that clients write it. */
export function encodeRequest(request: NeutralRequest, target: TargetTraits): Encoded<JsonObject> {
  const { quirks } = target;
  const losses = new Losses<NeutralField>();
  if (request.topK !== undefined) losses.drop('topK');
  if (request.stop.length > maxStops) losses.refuse('stop');
  const messages = encodeTurns(request.turns, quirks, losses);
  const body = present({
    model: target.model,
    messages: request.format?.kind === 'json' ? askingForJson(messages, quirks) : messages,
    ...encodeTools(request, quirks, losses),
    response_format: encodeFormat(request.format, quirks, losses),
    [quirks.maxTokensField ?? 'max_completion_tokens']: outputLimit(request.maxOutputTokens, target.maxOutputTokens),
    temperature: request.temperature,
    top_p: request.topP,
    seed: request.seed,
    frequency_penalty: request.frequencyPenalty,
    presence_penalty: request.presencePenalty,
    stop: request.stop.length > 0 ? request.stop.slice(0, maxStops) : undefined,
    reasoning_effort: encodeEffort(request.reasoning, quirks, losses),
    user: request.user === undefined ? undefined : userId(request.user),
    stream: request.stream ? true : undefined,
  });
  return { value: withoutUnknown(body, quirks.unknownFields ?? [], leftOut, losses), losses: losses.list() };
}

function encodeEffort(
  reasoning: NeutralReasoning | undefined,
  quirks: TargetQuirks,
  losses: Losses<NeutralField>,
): NeutralEffort | undefined {
  const effort = reasoning?.effort ?? effortOfBudget(reasoning?.budget);
  const speaks = quirks.reasoningEffort !== false;
  // A word is not a number of tokens.
  if (effort !== undefined && (!speaks || reasoning?.effort === undefined)) losses.drop('reasoning');
  return speaks ? effort : undefined;
}

function askingForJson(messages: readonly JsonObject[], { developerRole }: TargetQuirks): readonly JsonObject[] {
  if (messages.some(({ content }) => mentionsJson(content))) return messages;
  return [{ role: developerRole === true ? 'developer' : 'system', content: askForJson }, ...messages];
}

/** What a target does not know, and what that loses. Anything else that is not known was never written. */
const leftOut: LeftOut = new Map([
  ['tools', { field: 'tools', level: 'refuse' }],
  ['response_format', { field: 'format', level: 'refuse' }],
  ['max_completion_tokens', { field: 'maxOutputTokens', level: 'refuse' }],
  ['max_tokens', { field: 'maxOutputTokens', level: 'refuse' }],
  ['stop', { field: 'stop', level: 'refuse' }],
  ['parallel_tool_calls', { field: 'parallelTools', level: 'refuse' }],
  ['temperature', { field: 'temperature', level: 'drop' }],
  ['top_p', { field: 'topP', level: 'drop' }],
  ['seed', { field: 'seed', level: 'drop' }],
  ['frequency_penalty', { field: 'frequencyPenalty', level: 'drop' }],
  ['presence_penalty', { field: 'presencePenalty', level: 'drop' }],
  ['reasoning_effort', { field: 'reasoning', level: 'drop' }],
  ['user', { field: 'user', level: 'drop' }],
]);
