import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type { Usage } from '../../../model/usage.ts';
import { responsesUsageObject } from '../../openai-responses-usage.ts';
import type { AnswerAbout } from '../../translation.ts';
import type { FinalStatus } from './stop.ts';

export interface ResponseFacts {
  /** The provider's; empty where it gave none. */
  readonly id: string;
  readonly model: string;
  readonly status: 'in_progress' | FinalStatus['status'];
  readonly reason: FinalStatus['reason'];
  readonly output: readonly JsonObject[];
  readonly usage: Usage | undefined;
}

/** A `response` as the SDKs' types want it. What it repeats of the request is the client's own. */
export function responseObject({ id, model, status, reason, output, usage }: ResponseFacts, about: AnswerAbout): JsonObject {
  return {
    id: responseId(id || about.id),
    object: 'response',
    created_at: about.created,
    status,
    background: false,
    error: null,
    incomplete_details: reason === undefined ? null : { reason },
    ...echoOf(about.request),
    model: model || about.model,
    output,
    previous_response_id: null,
    // Nothing is kept that could be asked for later.
    store: false,
    // At the end there is always one: Codex asks again without.
    usage: status === 'in_progress' ? null : responsesUsageObject(usage),
  };
}

/** Clients tell a response by the first letters of its id. */
function responseId(id: string): string {
  return id.startsWith('resp_') ? id : `resp_${id}`;
}

/** What OpenAI says where the request says nothing. */
const defaults: JsonObject = {
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  reasoning: { effort: null, summary: null },
  temperature: null,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_logprobs: 0,
  top_p: null,
  truncation: 'disabled',
};

/** Left out where they were not asked for. */
const optional = ['prompt_cache_key', 'safety_identifier', 'user'] as const;

function echoOf(request: JsonObject): JsonObject {
  const echo: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(defaults)) echo[key] = request[key] ?? value;
  for (const key of optional) {
    const value = request[key];
    if (value !== undefined && value !== null) echo[key] = value;
  }
  // Half of them given: the format of the answer is always said.
  if (isJsonObject(echo.text) && echo.text.format === undefined) echo.text = { format: { type: 'text' }, ...echo.text };
  if (Array.isArray(echo.tools)) echo.tools = (echo.tools as readonly JsonValue[]).map(wholeTool);
  return echo;
}

/** A function as OpenAI repeats it: what was not said is said to be nothing. */
function wholeTool(tool: JsonValue): JsonValue {
  return isJsonObject(tool) && tool.type === 'function' ? { description: null, parameters: null, strict: null, ...tool } : tool;
}
