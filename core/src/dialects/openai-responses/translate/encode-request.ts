import type { JsonObject } from '../../../model/json.ts';
import type { Encoded, NeutralField, NeutralReasoning, NeutralRequest } from '../../../model/neutral.ts';
import { effortOfBudget } from '../../translate/effort.ts';
import { askForJson, jsonFormat, mentionsJson } from '../../translate/json-format.ts';
import { Losses } from '../../translate/losses.ts';
import { outputLimit } from '../../translate/output-limit.ts';
import { present } from '../../translate/present.ts';
import { type LeftOut, withoutUnknown } from '../../translate/unknown-fields.ts';
import { userId } from '../../translate/user-id.ts';
import type { TargetQuirks, TargetTraits } from '../../translation.ts';
import { encodeTools } from './encode-tools.ts';
import { encodeTurns } from './encode-turns.ts';

/** Fewer is an error at OpenAI. */
const minOutputTokens = 16;

/** The request for a provider that speaks Responses. It stores nothing: no copies of what a client said stay behind. */
export function encodeRequest(request: NeutralRequest, target: TargetTraits): Encoded<JsonObject> {
  const { quirks } = target;
  const losses = new Losses<NeutralField>();
  noteOptions(request, losses);
  const { instructions, input } = encodeTurns(request.turns, quirks, losses);
  const reasoning = encodeReasoning(request.reasoning, quirks, losses);
  const format = jsonFormat(request.format, quirks, losses);
  const body = present({
    model: target.model,
    instructions,
    input: request.format?.kind === 'json' ? askingForJson(input, quirks) : input,
    ...encodeTools(request, quirks, losses),
    text: format === undefined ? undefined : { format },
    reasoning,
    max_output_tokens: limitOf(request.maxOutputTokens, target.maxOutputTokens),
    temperature: request.temperature,
    top_p: request.topP,
    user: request.user === undefined ? undefined : userId(request.user),
    store: false,
    include: wantsEncrypted(reasoning, input) ? ['reasoning.encrypted_content'] : undefined,
    stream: request.stream ? true : undefined,
  });
  return { value: withoutUnknown(body, quirks.unknownFields ?? [], leftOut, losses), losses: losses.list() };
}

/** What Responses has no place for. A stop sequence is a restriction; the rest makes the answer a little different. */
function noteOptions(request: NeutralRequest, losses: Losses<NeutralField>): void {
  if (request.stop.length > 0) losses.refuse('stop');
  for (const field of ['topK', 'seed'] as const) if (request[field] !== undefined) losses.drop(field);
  // 0 is no penalty.
  for (const field of ['frequencyPenalty', 'presencePenalty'] as const) if (request[field]) losses.drop(field);
}

/** Too few are an error as well. */
function limitOf(asked: number | undefined, most: number | undefined): number | undefined {
  const limit = outputLimit(asked, most);
  return limit === undefined ? undefined : Math.max(minOutputTokens, limit);
}

function encodeReasoning(
  reasoning: NeutralReasoning | undefined,
  quirks: TargetQuirks,
  losses: Losses<NeutralField>,
): JsonObject | undefined {
  if (reasoning === undefined) return undefined;
  const asked = reasoning.effort ?? effortOfBudget(reasoning.budget);
  const speaks = quirks.reasoningEffort !== false;
  // A word is not a number of tokens.
  if (asked !== undefined && (!speaks || reasoning.effort === undefined)) losses.drop('reasoning');
  const effort = speaks ? asked : undefined;
  const shows = reasoning.show === true && asked !== 'none';
  if (effort === undefined && !shows) return undefined;
  return { ...(effort !== undefined && { effort }), ...(shows && { summary: 'auto' }) };
}

/**
 * What is not stored can go on only with its reasoning, encrypted (vercel/ai#7543, #10290). Models that do not reason refuse
 * to be asked for it.
 */
function wantsEncrypted(reasoning: JsonObject | undefined, input: readonly JsonObject[]): boolean {
  return (reasoning !== undefined && reasoning.effort !== 'none') || input.some(({ type }) => type === 'reasoning');
}

function askingForJson(input: readonly JsonObject[], { developerRole }: TargetQuirks): readonly JsonObject[] {
  if (input.some((item) => item.type === 'message' && mentionsJson(item.content))) return input;
  const role = developerRole === false ? 'system' : 'developer';
  return [{ type: 'message', role, content: [{ type: 'input_text', text: askForJson }] }, ...input];
}

/** What a target may not know, and what that loses. */
const leftOut: LeftOut = new Map([
  ['tools', { field: 'tools', level: 'refuse' }],
  ['text', { field: 'format', level: 'refuse' }],
  ['max_output_tokens', { field: 'maxOutputTokens', level: 'refuse' }],
  ['parallel_tool_calls', { field: 'parallelTools', level: 'refuse' }],
  ['temperature', { field: 'temperature', level: 'drop' }],
  ['top_p', { field: 'topP', level: 'drop' }],
  ['reasoning', { field: 'reasoning', level: 'drop' }],
  ['user', { field: 'user', level: 'drop' }],
  // Said by the gateway itself.
  ['store', undefined],
  ['include', undefined],
]);
