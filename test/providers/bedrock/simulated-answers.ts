import { chunkEvent, converseEvent } from './event-stream-writer.ts';

/** What the model says, whatever the format it is asked in. */
export interface Said {
  readonly reasoning?: { readonly text: string; readonly signature: string };
  readonly text?: string;
  readonly calls?: readonly { readonly id: string; readonly name: string; readonly input: object }[];
  /** Default: as the content demands. */
  readonly stopReason?: string;
}

/** Of every answer: input besides the cache, output, read from the cache, written to it. */
export const tokens = { input: 20, output: 7, cacheRead: 100, cacheWrite: 30 };

function stopReason({ stopReason: given, calls = [] }: Said): string {
  return given ?? (calls.length > 0 ? 'tool_use' : 'end_turn');
}

const converseUsage = {
  inputTokens: tokens.input,
  outputTokens: tokens.output,
  totalTokens: tokens.input + tokens.output + tokens.cacheRead + tokens.cacheWrite,
  cacheReadInputTokens: tokens.cacheRead,
  cacheWriteInputTokens: tokens.cacheWrite,
};

const anthropicUsage = {
  input_tokens: tokens.input,
  cache_read_input_tokens: tokens.cacheRead,
  cache_creation_input_tokens: tokens.cacheWrite,
};

export function converseAnswer(said: Said): object {
  const content = [
    ...(said.reasoning === undefined ? [] : [{ reasoningContent: { reasoningText: said.reasoning } }]),
    ...(said.text === undefined ? [] : [{ text: said.text }]),
    ...(said.calls ?? []).map(({ id, name, input }) => ({ toolUse: { toolUseId: id, name, input } })),
  ];
  return {
    metrics: { latencyMs: 12 },
    output: { message: { role: 'assistant', content } },
    stopReason: stopReason(said),
    usage: converseUsage,
  };
}

export function converseStream(said: Said): Buffer[] {
  const events = [converseEvent('messageStart', { role: 'assistant' })];
  let contentBlockIndex = 0;
  const block = (pieces: readonly object[]): void => {
    for (const delta of pieces) events.push(converseEvent('contentBlockDelta', { contentBlockIndex, delta }));
    events.push(converseEvent('contentBlockStop', { contentBlockIndex }));
    contentBlockIndex += 1;
  };
  const { reasoning, text, calls = [] } = said;
  if (reasoning !== undefined)
    block([{ reasoningContent: { text: reasoning.text } }, { reasoningContent: { signature: reasoning.signature } }]);
  if (text !== undefined) block(pieces(text).map((piece) => ({ text: piece })));
  for (const { id, name, input } of calls) {
    events.push(converseEvent('contentBlockStart', { contentBlockIndex, start: { toolUse: { toolUseId: id, name } } }));
    block(pieces(JSON.stringify(input)).map((piece) => ({ toolUse: { input: piece } })));
  }
  events.push(converseEvent('messageStop', { stopReason: stopReason(said) }));
  events.push(converseEvent('metadata', { usage: converseUsage, metrics: { latencyMs: 12 } }));
  return events;
}

export function anthropicAnswer(said: Said): object {
  return {
    id: 'msg_bdrk_01',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5-20250929',
    content: [
      ...(said.text === undefined ? [] : [{ type: 'text', text: said.text }]),
      ...(said.calls ?? []).map((call) => ({ type: 'tool_use', ...call })),
    ],
    stop_reason: stopReason(said),
    stop_sequence: null,
    usage: { ...anthropicUsage, output_tokens: tokens.output },
  };
}

/** Anthropic's events as they stand in the chunks, as texts. */
export function anthropicEvents(said: Said): string[] {
  const { text, calls = [] } = said;
  const message = { ...anthropicAnswer({}), content: [], stop_reason: null, usage: { ...anthropicUsage, output_tokens: 1 } };
  const events: object[] = [{ type: 'message_start', message }];
  let index = 0;
  const block = (content_block: object, deltas: readonly object[]): void => {
    events.push({ type: 'content_block_start', index, content_block });
    for (const delta of deltas) events.push({ type: 'content_block_delta', index, delta });
    events.push({ type: 'content_block_stop', index });
    index += 1;
  };
  if (text !== undefined)
    block(
      { type: 'text', text: '' },
      pieces(text).map((piece) => ({ type: 'text_delta', text: piece })),
    );
  for (const { id, name, input } of calls)
    block(
      { type: 'tool_use', id, name, input: {} },
      pieces(JSON.stringify(input)).map((partial_json) => ({ type: 'input_json_delta', partial_json })),
    );
  const usage = { ...anthropicUsage, output_tokens: tokens.output };
  events.push({ type: 'message_delta', delta: { stop_reason: stopReason(said), stop_sequence: null }, usage });
  events.push({
    type: 'message_stop',
    'amazon-bedrock-invocationMetrics': { inputTokenCount: tokens.input, outputTokenCount: tokens.output },
  });
  return events.map((event) => JSON.stringify(event));
}

export function anthropicStream(said: Said): Buffer[] {
  return anthropicEvents(said).map((event) => chunkEvent(event));
}

function pieces(text: string): string[] {
  return text.match(/[\s\S]{1,4}/gu) ?? [];
}
