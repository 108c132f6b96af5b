import type { JsonObject, JsonValue } from '../../../model/json.ts';
import type { NeutralReasoning, NeutralRequest, NeutralTurn, Translated } from '../../../model/neutral.ts';
import { optionalCount } from '../../fields.ts';
import { isEffort } from '../../translate/effort.ts';
import { textOf } from '../../translate/lenient.ts';
import { RequestLosses } from '../../translate/losses.ts';
import { isGiven, optionalBoolean, optionalNumber, optionalObject, optionalText, optionalTexts } from '../../translate/optional-fields.ts';
import type { RequestAbout } from '../../translation.ts';
import { decodeFormat, decodeToolChoice, decodeTools } from './decode-tools.ts';
import { decodeTurns } from './decode-turns.ts';

/** A client's request, checked by `readCall`, in the neutral form. */
export function decodeRequest(body: JsonObject, about: RequestAbout): Translated<NeutralRequest> {
  const losses = new RequestLosses();
  noteOptions(body, losses);
  const value: NeutralRequest = {
    model: about.model,
    stream: about.stream,
    turns: [...decodeInstructions(body.instructions), ...decodeConversation(body, losses)],
    tools: decodeTools(body.tools, losses),
    toolChoice: decodeToolChoice(body.tool_choice, losses),
    parallelTools: optionalBoolean('parallel_tool_calls', body.parallel_tool_calls),
    maxOutputTokens: optionalCount('max_output_tokens', body.max_output_tokens),
    temperature: optionalNumber('temperature', body.temperature),
    topP: optionalNumber('top_p', body.top_p),
    topK: undefined,
    seed: undefined,
    frequencyPenalty: undefined,
    presencePenalty: undefined,
    stop: [],
    format: decodeFormat(body.text, losses),
    reasoning: decodeReasoning(body.reasoning, losses),
    user: optionalText('safety_identifier', body.safety_identifier) ?? optionalText('user', body.user),
  };
  return { value, losses: losses.list() };
}

/** What only one account of one provider knows; without it the call would be another. */
const stateful = ['previous_response_id', 'conversation', 'prompt'];

/** Limits and checks that the caller would rely on in vain. */
const restrictions = ['max_tool_calls', 'moderation', 'access_programs'];

/** Read above or below, or meant for the gateway and for the answer's form alone. */
const known = new Set([
  ...['model', 'input', 'instructions', 'stream', 'stream_options', 'tools', 'tool_choice', 'parallel_tool_calls'],
  ...['max_output_tokens', 'temperature', 'top_p', 'text', 'reasoning', 'safety_identifier', 'user'],
  ...['background', 'store', 'include', 'truncation', 'top_logprobs', 'service_tier'],
  ...stateful,
  ...restrictions,
]);

/**
 * What only Responses can say. Refused is what the caller would wait for in vain. Dropped is what makes the same answer
 * cheaper, faster or a little different; whatever is unknown with it.
 */
function noteOptions(body: JsonObject, losses: RequestLosses): void {
  for (const field of [...stateful, ...restrictions]) if (isGiven(body[field])) losses.refuse(field);
  if (body.background === true) losses.refuse('background');
  if ((optionalCount('top_logprobs', body.top_logprobs) ?? 0) > 0) losses.refuse('top_logprobs');
  // Absent means stored at OpenAI, but few mean it; who writes it down does.
  if (body.store === true) losses.drop('store');
  if (body.truncation === 'auto') losses.drop('truncation');
  if (isGiven(body.service_tier) && body.service_tier !== 'auto' && body.service_tier !== 'default') losses.drop('service_tier');
  noteIncludes(body.include, losses);
  losses.dropOthers(body, known);
}

/** Encrypted reasoning is always given. Everything else asks for more of what only OpenAI's own tools and models write. */
function noteIncludes(include: JsonValue | undefined, losses: RequestLosses): void {
  for (const one of optionalTexts('include', include)) {
    if (one === 'message.output_text.logprobs') losses.refuse('include');
    else if (one !== 'reasoning.encrypted_content') losses.drop('include');
  }
}

function decodeInstructions(instructions: JsonValue | undefined): NeutralTurn[] {
  const text = optionalText('instructions', instructions);
  return text === undefined ? [] : [{ role: 'system', parts: [{ kind: 'text', text }] }];
}

/** What is referred to may take the place of the input; such a call is refused already. */
function decodeConversation(body: JsonObject, losses: RequestLosses): NeutralTurn[] {
  const isElsewhere = stateful.some((field) => isGiven(body[field]));
  return isElsewhere && !isGiven(body.input) ? [] : decodeTurns(body.input, losses);
}

const reasoningKeys = new Set(['effort', 'summary', 'generate_summary', 'mode', 'context']);

function decodeReasoning(value: JsonValue | undefined, losses: RequestLosses): NeutralReasoning | undefined {
  const reasoning = optionalObject('reasoning', value);
  if (reasoning === undefined) return undefined;
  losses.dropOthers(reasoning, reasoningKeys, 'reasoning.');
  if (isGiven(reasoning.mode) && reasoning.mode !== 'standard') losses.drop('reasoning.mode');
  if (isGiven(reasoning.context) && reasoning.context !== 'auto') losses.drop('reasoning.context');
  const word = optionalText('reasoning.effort', reasoning.effort);
  const effort = word !== undefined && isEffort(word) ? word : undefined;
  if (word !== undefined && effort === undefined) losses.drop('reasoning.effort');
  // `generate_summary` is the older name.
  const summary = textOf(reasoning.summary) || textOf(reasoning.generate_summary);
  if (summary !== '' && summary !== 'auto') losses.drop('reasoning.summary');
  const show = summary === '' ? undefined : true;
  return effort === undefined && show === undefined ? undefined : { effort, budget: undefined, show };
}
