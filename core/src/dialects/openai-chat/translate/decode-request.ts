import type { JsonObject } from '../../../model/json.ts';
import type { NeutralReasoning, NeutralRequest, Translated } from '../../../model/neutral.ts';
import { optionalCount, optionalFlag } from '../../fields.ts';
import { isEffort } from '../../translate/effort.ts';
import { RequestLosses } from '../../translate/losses.ts';
import { isGiven, optionalBoolean, optionalNumber, optionalObject, optionalText, optionalTexts } from '../../translate/optional-fields.ts';
import type { RequestAbout } from '../../translation.ts';
import { decodeFormat, decodeToolChoice, decodeTools } from './decode-tools.ts';
import { decodeTurns } from './decode-turns.ts';
import { wantsReasoning } from './wants-reasoning.ts';

/** A client's request, checked by `readCall`, in the neutral form. */
export function decodeRequest(body: JsonObject, about: RequestAbout): Translated<NeutralRequest> {
  const losses = new RequestLosses();
  noteOptions(body, losses);
  const value: NeutralRequest = {
    model: about.model,
    stream: about.stream,
    turns: decodeTurns(body.messages, losses),
    tools: decodeTools(body, losses),
    toolChoice: decodeToolChoice(body, losses),
    parallelTools: optionalBoolean('parallel_tool_calls', body.parallel_tool_calls),
    maxOutputTokens: optionalCount('max_completion_tokens', body.max_completion_tokens) ?? optionalCount('max_tokens', body.max_tokens),
    temperature: optionalNumber('temperature', body.temperature),
    topP: optionalNumber('top_p', body.top_p),
    topK: optionalNumber('top_k', body.top_k),
    seed: optionalNumber('seed', body.seed),
    frequencyPenalty: optionalNumber('frequency_penalty', body.frequency_penalty),
    presencePenalty: optionalNumber('presence_penalty', body.presence_penalty),
    stop: typeof body.stop === 'string' ? [body.stop] : optionalTexts('stop', body.stop),
    format: decodeFormat(body, losses),
    reasoning: decodeReasoning(body, losses),
    user: optionalText('safety_identifier', body.safety_identifier) ?? optionalText('user', body.user),
  };
  return { value, losses: losses.list() };
}

/** Read above, or meant for the gateway and for the answer's form alone. */
const known = new Set([
  ...['model', 'messages', 'stream', 'stream_options', 'tools', 'functions', 'tool_choice', 'function_call', 'parallel_tool_calls'],
  ...['max_completion_tokens', 'max_tokens', 'temperature', 'top_p', 'top_k', 'seed', 'frequency_penalty', 'presence_penalty', 'stop'],
  ...['response_format', 'reasoning_effort', 'include_reasoning', 'safety_identifier', 'user'],
  ...['n', 'logprobs', 'top_logprobs', 'modalities', 'audio', 'web_search_options', 'moderation', 'store'],
]);

/**
 * What only Chat can say. Refused is what the caller would wait for in vain: further choices, probabilities, audio, a search,
 * a check. Dropped is what makes the same answer cheaper, faster or a little different; whatever is unknown with it.
 */
function noteOptions(body: JsonObject, losses: RequestLosses): void {
  const audio = optionalObject('audio', body.audio);
  if (typeof body.n === 'number' && body.n > 1) losses.refuse('n');
  if (optionalFlag('logprobs', body.logprobs)) losses.refuse('logprobs');
  if ((optionalCount('top_logprobs', body.top_logprobs) ?? 0) > 0) losses.refuse('top_logprobs');
  if (optionalTexts('modalities', body.modalities).some((one) => one !== 'text')) losses.refuse('modalities');
  else if (audio !== undefined) losses.drop('audio');
  if (isGiven(body.web_search_options)) losses.refuse('web_search_options');
  if (isGiven(body.moderation)) losses.refuse('moderation');
  if (optionalFlag('store', body.store)) losses.drop('store'); // `false` asks for what happens anyway
  if (typeof body.safety_identifier === 'string' && typeof body.user === 'string' && body.user !== body.safety_identifier)
    losses.drop('user');
  losses.dropOthers(body, known);
}

function decodeReasoning(body: JsonObject, losses: RequestLosses): NeutralReasoning | undefined {
  const word = optionalText('reasoning_effort', body.reasoning_effort);
  const effort = word !== undefined && isEffort(word) ? word : undefined;
  // A word of one provider's own (Groq's `default`).
  if (word !== undefined && effort === undefined) losses.drop('reasoning_effort');
  // Chat has no word for showing it: who asks for an effort reads what is shown (see `wantsReasoning`).
  const asked = optionalBoolean('include_reasoning', body.include_reasoning);
  const show = asked ?? (effort !== undefined && wantsReasoning(body) ? true : undefined);
  return effort === undefined && show === undefined ? undefined : { effort, budget: undefined, show };
}
