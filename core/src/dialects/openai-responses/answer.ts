import type { JsonObject } from '../../model/json.ts';
import type { GatewayAnswer } from '../dialect.ts';
import { responsesUsageObject } from '../openai-responses-usage.ts';

// Answers the gateway makes itself: whole ones with every member that the SDK's types require, streams in OpenAI's order.
// Codex shows nothing without `output_item.added` and `done` (litellm#22102), and asks again without a
// `response.completed` that has an id and usage.

const part = (text: string): JsonObject => ({ type: 'output_text', text, annotations: [], logprobs: [] });

export function answerBody(answer: GatewayAnswer): string {
  return JSON.stringify(whole(answer));
}

export function answerFrames(answer: GatewayAnswer): string[] {
  const output = { output_index: 0 };
  const content = { item_id: itemId(answer), ...output, content_index: 0 };
  const events: [type: string, members: JsonObject][] = [
    ['response.created', { response: begun(answer) }],
    ['response.in_progress', { response: begun(answer) }],
    ['response.output_item.added', { ...output, item: { ...item(answer), status: 'in_progress', content: [] } }],
    ['response.content_part.added', { ...content, part: part('') }],
    ['response.output_text.delta', { ...content, delta: answer.text, logprobs: [] }],
    ['response.output_text.done', { ...content, text: answer.text, logprobs: [] }],
    ['response.content_part.done', { ...content, part: part(answer.text) }],
    ['response.output_item.done', { ...output, item: item(answer) }],
    ['response.completed', { response: whole(answer) }],
  ];
  return events.map(([type, members], index) => frame(type, { sequence_number: index, ...members }));
}

/** One event, with its name before it as OpenAI sends it. */
export function frame(type: string, members: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
}

function whole(answer: GatewayAnswer): JsonObject {
  return {
    id: `resp_${answer.id}`,
    object: 'response',
    created_at: answer.created,
    completed_at: answer.created,
    status: 'completed',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    metadata: {},
    model: answer.model,
    output: [item(answer)],
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    // Nobody kept it: it cannot be referred to later.
    store: false,
    temperature: null,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: null,
    truncation: 'disabled',
    usage: responsesUsageObject(answer.usage),
  };
}

function begun(answer: GatewayAnswer): JsonObject {
  return { ...whole(answer), completed_at: null, status: 'in_progress', output: [], usage: null };
}

function item(answer: GatewayAnswer): JsonObject {
  return { id: itemId(answer), type: 'message', status: 'completed', role: 'assistant', content: [part(answer.text)] };
}

function itemId(answer: GatewayAnswer): string {
  return `msg_${answer.id}`;
}
