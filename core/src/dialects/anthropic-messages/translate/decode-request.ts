import type { JsonObject, JsonValue } from '../../../model/json.ts';
import type { NeutralRequest, Translated } from '../../../model/neutral.ts';
import { optionalCount } from '../../fields.ts';
import { RequestLosses } from '../../translate/losses.ts';
import { isGiven, optionalNumber, optionalObject, optionalText, optionalTexts } from '../../translate/optional-fields.ts';
import type { RequestAbout } from '../../translation.ts';
import { decodeFormat } from './decode-format.ts';
import { decodeThinking } from './decode-thinking.ts';
import { decodeParallel, decodeToolChoice, decodeTools } from './decode-tools.ts';
import { decodeTurns } from './decode-turns.ts';

/** A client's request, checked by `readCall`, in the neutral form. */
export function decodeRequest(body: JsonObject, about: RequestAbout): Translated<NeutralRequest> {
  const losses = new RequestLosses();
  noteOptions(body, losses);
  const value: NeutralRequest = {
    model: about.model,
    stream: about.stream,
    turns: decodeTurns(body, losses),
    tools: decodeTools(body.tools, losses),
    toolChoice: decodeToolChoice(body.tool_choice),
    parallelTools: decodeParallel(body.tool_choice),
    maxOutputTokens: decodeLimit(body, losses),
    temperature: optionalNumber('temperature', body.temperature),
    topP: optionalNumber('top_p', body.top_p),
    topK: optionalNumber('top_k', body.top_k),
    seed: undefined,
    frequencyPenalty: undefined,
    presencePenalty: undefined,
    stop: optionalTexts('stop_sequences', body.stop_sequences),
    format: decodeFormat(body, losses),
    reasoning: decodeThinking(body, losses),
    user: decodeUser(body.metadata, losses),
  };
  return { value, losses: losses.list() };
}

/** Read above, noted below, or meant for the gateway and for Anthropic's own machines alone. */
const known = new Set([
  ...['model', 'messages', 'system', 'stream', 'tools', 'tool_choice', 'max_tokens', 'temperature', 'top_p', 'top_k'],
  ...['stop_sequences', 'thinking', 'output_config', 'output_format', 'metadata', 'service_tier'],
  ...['mcp_servers', 'container', 'thread', 'compaction', 'safeguards', 'inference_geo'],
]);

/**
 * What only Messages can say. Refused is what the caller relies on: tools on other servers, files and turns that are kept
 * there, checks, the place where the data may go, a summary instead of an answer. Dropped is what makes the same answer
 * cheaper, faster or shorter to ask for (`context_management`, `speed`, `fallbacks`); whatever is unknown with it.
 */
function noteOptions(body: JsonObject, losses: RequestLosses): void {
  for (const field of ['mcp_servers', 'container', 'thread', 'compaction', 'safeguards', 'inference_geo'])
    if (isGiven(body[field])) losses.refuse(field);
  if (isGiven(body.service_tier) && body.service_tier !== 'auto') losses.drop('service_tier');
  losses.dropOthers(body, known);
}

/** `0` only fills Anthropic's prompt cache: an answer from elsewhere is not what was asked for. */
function decodeLimit(body: JsonObject, losses: RequestLosses): number | undefined {
  const limit = optionalCount('max_tokens', body.max_tokens);
  if (limit === 0) losses.refuse('max_tokens');
  return limit;
}

const metadataKeys = new Set(['user_id']);

function decodeUser(value: JsonValue | undefined, losses: RequestLosses): string | undefined {
  const metadata = optionalObject('metadata', value);
  if (metadata === undefined) return undefined;
  losses.dropOthers(metadata, metadataKeys, 'metadata.');
  return optionalText('metadata.user_id', metadata.user_id);
}
