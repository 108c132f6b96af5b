import { hash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../../../model/json.ts';
import type { Encoded, NeutralEffort, NeutralField, NeutralReasoning, NeutralRequest } from '../../../model/neutral.ts';
import type { TargetQuirks, TargetTraits } from '../../translation.ts';
import { encodeFormat, encodeTools } from './encode-tools.ts';
import { encodeTurns } from './encode-turns.ts';
import { Losses } from './losses.ts';

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
    [quirks.maxTokensField ?? 'max_completion_tokens']: limitOf(request.maxOutputTokens, target.maxOutputTokens),
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
  return { value: withoutUnknown(body, quirks.unknownFields ?? [], losses), losses: losses.list() };
}

function present(members: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(members).filter((member): member is [string, JsonValue] => member[1] !== undefined));
}

/** More than the model can give is an error at most providers. */
function limitOf(asked: number | undefined, most: number | undefined): number | undefined {
  return asked === undefined || most === undefined ? asked : Math.min(asked, most);
}

function encodeEffort(
  reasoning: NeutralReasoning | undefined,
  quirks: TargetQuirks,
  losses: Losses<NeutralField>,
): NeutralEffort | undefined {
  const effort = reasoning?.effort ?? effortOfBudget(reasoning?.budget);
  if (effort === undefined || quirks.reasoningEffort !== false) return effort;
  losses.drop('reasoning');
  return undefined;
}

/** Chat knows no budget. The nearest word, by what Anthropic's clients give for theirs: 4k think, 10k think hard, 32k ultrathink. */
function effortOfBudget(budget: number | undefined): NeutralEffort | undefined {
  if (budget === undefined) return undefined;
  if (budget <= 0) return 'none';
  if (budget <= 4096) return 'low';
  return budget < 16_384 ? 'medium' : 'high';
}

/** Claude Code's id of a user has some 150 characters; OpenRouter takes 128, OpenAI's `safety_identifier` 64. */
function userId(user: string): string {
  return user.length <= 64 ? user : hash('sha256', user, 'hex');
}

/** OpenAI answers a request for `json_object` only if a message mentions JSON. */
function askingForJson(messages: readonly JsonObject[], { developerRole }: TargetQuirks): readonly JsonObject[] {
  if (messages.some(({ content }) => /json/i.test(typeof content === 'string' ? content : textOfParts(content)))) return messages;
  return [{ role: developerRole === true ? 'developer' : 'system', content: 'Answer in JSON.' }, ...messages];
}

function textOfParts(content: JsonValue | undefined): string {
  return Array.isArray(content) ? content.map((part: JsonObject) => (typeof part.text === 'string' ? part.text : '')).join('\n') : '';
}

/** What a target does not know, and what that loses. Anything else that is not known was never written. */
const fields: ReadonlyMap<string, { readonly field: NeutralField; readonly level: 'drop' | 'refuse' }> = new Map([
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

function withoutUnknown(body: JsonObject, unknown: readonly string[], losses: Losses<NeutralField>): JsonObject {
  if (unknown.length === 0) return body;
  return Object.fromEntries(
    Object.entries(body).filter(([key, value]) => {
      const lost = fields.get(key);
      if (lost === undefined || !unknown.includes(key)) return true;
      if (lost.level === 'drop') losses.drop(lost.field);
      else if (value !== true) losses.refuse(lost.field); // `parallel_tool_calls: true` is what happens anyway
      return false;
    }),
  );
}
