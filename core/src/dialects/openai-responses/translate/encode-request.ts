import { hash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../../../model/json.ts';
import type { Encoded, NeutralEffort, NeutralField, NeutralReasoning, NeutralRequest } from '../../../model/neutral.ts';
import type { TargetQuirks, TargetTraits } from '../../translation.ts';
import { encodeConversation } from './encode-items.ts';
import { encodeFormat, encodeTools } from './encode-tools.ts';
import { Losses } from './losses.ts';

/** Fewer is an error at OpenAI. */
const minOutputTokens = 16;

/** The request for a provider that speaks Responses. It stores nothing: no copies of what a client said stay behind. */
export function encodeRequest(request: NeutralRequest, target: TargetTraits): Encoded<JsonObject> {
  const { quirks } = target;
  const losses = new Losses<NeutralField>();
  noteOptions(request, losses);
  const { instructions, input } = encodeConversation(request.turns, quirks, losses);
  const reasoning = encodeReasoning(request.reasoning, quirks, losses);
  const format = encodeFormat(request.format, quirks, losses);
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
  return { value: withoutUnknown(body, quirks.unknownFields ?? [], losses), losses: losses.list() };
}

/** What Responses has no place for. A stop sequence is a restriction; the rest makes the answer a little different. */
function noteOptions(request: NeutralRequest, losses: Losses<NeutralField>): void {
  if (request.stop.length > 0) losses.refuse('stop');
  for (const field of ['topK', 'seed'] as const) if (request[field] !== undefined) losses.drop(field);
  // 0 is no penalty.
  for (const field of ['frequencyPenalty', 'presencePenalty'] as const) if (request[field]) losses.drop(field);
}

function present(members: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(members).filter((member): member is [string, JsonValue] => member[1] !== undefined));
}

/** More than the model can give is an error at most providers, and so are too few. */
function limitOf(asked: number | undefined, most: number | undefined): number | undefined {
  if (asked === undefined) return undefined;
  return Math.max(minOutputTokens, most === undefined ? asked : Math.min(asked, most));
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

/** Responses knows no budget. The nearest word, by what Anthropic's clients give for theirs: 4k think, 10k think hard, 32k ultrathink. */
function effortOfBudget(budget: number | undefined): NeutralEffort | undefined {
  if (budget === undefined) return undefined;
  if (budget <= 0) return 'none';
  if (budget <= 4096) return 'low';
  return budget < 16_384 ? 'medium' : 'high';
}

/**
 * What is not stored can go on only with its reasoning, encrypted (vercel/ai#7543, #10290). Models that do not reason refuse
 * to be asked for it.
 */
function wantsEncrypted(reasoning: JsonObject | undefined, input: readonly JsonObject[]): boolean {
  return (reasoning !== undefined && reasoning.effort !== 'none') || input.some(({ type }) => type === 'reasoning');
}

/** Claude Code's id of a user has some 150 characters; OpenAI takes 64 here (its `safety_identifier` 128). */
function userId(user: string): string {
  return user.length <= 64 ? user : hash('sha256', user, 'hex');
}

/** OpenAI answers a request for `json_object` only if a message of the input mentions JSON. */
function askingForJson(input: readonly JsonObject[], { developerRole }: TargetQuirks): readonly JsonObject[] {
  if (input.some((item) => item.type === 'message' && /json/i.test(textOfParts(item.content)))) return input;
  const role = developerRole === false ? 'system' : 'developer';
  return [{ type: 'message', role, content: [{ type: 'input_text', text: 'Answer in JSON.' }] }, ...input];
}

function textOfParts(content: JsonValue | undefined): string {
  return Array.isArray(content) ? content.map((part: JsonObject) => (typeof part.text === 'string' ? part.text : '')).join('\n') : '';
}

/** What a target does not know, and what that loses. Anything else that is not known says nothing of the client's. */
const fields: ReadonlyMap<string, { readonly field: NeutralField; readonly level: 'drop' | 'refuse' }> = new Map([
  ['tools', { field: 'tools', level: 'refuse' }],
  ['text', { field: 'format', level: 'refuse' }],
  ['max_output_tokens', { field: 'maxOutputTokens', level: 'refuse' }],
  ['parallel_tool_calls', { field: 'parallelTools', level: 'refuse' }],
  ['temperature', { field: 'temperature', level: 'drop' }],
  ['top_p', { field: 'topP', level: 'drop' }],
  ['reasoning', { field: 'reasoning', level: 'drop' }],
  ['user', { field: 'user', level: 'drop' }],
]);

function withoutUnknown(body: JsonObject, unknown: readonly string[], losses: Losses<NeutralField>): JsonObject {
  if (unknown.length === 0) return body;
  return Object.fromEntries(
    Object.entries(body).filter(([key, value]) => {
      if (!unknown.includes(key) || neverLeftOut.has(key)) return true;
      const lost = fields.get(key);
      if (lost?.level === 'drop') losses.drop(lost.field);
      else if (lost !== undefined && value !== true) losses.refuse(lost.field); // `parallel_tool_calls: true` is what happens anyway
      return false;
    }),
  );
}

/** A call without these would be another call. */
const neverLeftOut: ReadonlySet<string> = new Set(['model', 'input', 'instructions', 'stream']);
