import { framesIn, named } from './frames.ts';
import { escaped, failed, type KitDialect, oddSchema, type StreamFormat } from './kit-dialect.ts';

// Anthropic's formats. Blocks stream one after the other, each event with its name; its clients drop events without one.

const headers = { 'anthropic-version': '2023-06-01' };

/** A signature is about every letter of the thinking before it: both must stay as they are, digits and all. */
const thinking = '{"type":"thinking","thinking":"Room 12 is \\/ free.", "signature":"EqQBCk12\\/34+56=="}';
const errorBody = `{"type":"error","error":{"type":"api_error","message":"${failed}"},"request_id":"req_kit"}`;

const event = (type: string, members: string): string => named(type, `{"type":"${type}"${members === '' ? '' : `,${members}`}}`);
const start = (index: number, block: string): string => event('content_block_start', `"index":${index},"content_block":${block}`);
// Anthropic fills its deltas up with blanks.
const delta = (index: number, type: string, members: string): string =>
  event('content_block_delta', `"index":${index},"delta":{"type":"${type}",${members}}   `);
const stop = (index: number): string => event('content_block_stop', `"index":${index}`);

const message = (content: string, stopReason: string, usage: string): string =>
  `{"id":"msg_kit", "type":"message","role":"assistant","model":"kit","content":${content},"stop_reason":${stopReason},"stop_sequence":null,"usage":${usage}}`;
const inputUsage = '"input_tokens":7,"cache_creation_input_tokens":0,"cache_read_input_tokens":0';

const beginning =
  event('message_start', `"message":${message('[]', 'null', `{${inputUsage},"output_tokens":1}`)}`) +
  start(0, '{"type":"thinking","thinking":"","signature":""}') +
  event('ping', '') +
  delta(0, 'thinking_delta', '"thinking":"Room 12 "') +
  delta(0, 'thinking_delta', '"thinking":"is \\/ free."') +
  delta(0, 'signature_delta', '"signature":"EqQBCk12\\/34+56=="') +
  stop(0);
const ending = (reason: string): string =>
  stop(1) +
  event('message_delta', `"delta":{"stop_reason":"${reason}","stop_sequence":null},"usage":{"output_tokens":11}`) +
  event('message_stop', '');

interface Delta {
  readonly type: string;
  readonly text?: string;
  readonly partial_json?: string;
}

/** What the deltas of a type say together. */
function joined(body: string, type: string, read: (delta: Delta) => string | undefined): string {
  let text = '';
  for (const { name, data } of framesIn(body)) {
    if (name !== 'content_block_delta') continue;
    const { delta: said } = JSON.parse(data) as { delta: Delta };
    if (said.type === type) text += read(said) ?? '';
  }
  return text;
}

const stream: StreamFormat = {
  frames: (pieces) => ({
    beginning: beginning + start(1, '{"type":"text","text":""}'),
    pieces: pieces.map((piece) => delta(1, 'text_delta', `"text":"${escaped(piece)}"`)),
    end: ending('end_turn'),
  }),
  errorFrame: named('error', errorBody),
  texts: (body) => [joined(body, 'text_delta', ({ text }) => text)],
  tools: {
    frames: (given, cut) => [
      beginning + start(1, '{"type":"tool_use","id":"toolu_kit","name":"note","input":{}}'),
      ...cut(JSON.stringify(given)).map((piece) => delta(1, 'input_json_delta', `"partial_json":"${escaped(piece)}"`)),
      ending('tool_use'),
    ],
    arguments: (body) => [joined(body, 'input_json_delta', ({ partial_json: json }) => json)],
  },
};

/** What is asked and what is counted have the same members. */
const fields = (model: string, text: string): string =>
  `"system":[{"type":"text","text":"Be brief \\/ please.","cache_control":{"type":"ephemeral"}}],` +
  `"messages":[{"role":"user","content":[{"type":"text","text":"${escaped(text)}"}]},\t{"role":"assistant","content":[${thinking},{"text":"caf\\u00e9 \\/ x","type":"text"}]},` +
  `{"content":"${escaped(text)}","role":"user"}],"tools":[{"name":"note","input_schema":${oddSchema}}],"model":"${model}"`;

const userText = (body: string): string =>
  (JSON.parse(body) as { messages: { content: { text: string }[] }[] }).messages[0]?.content[0]?.text ?? '';

export const anthropicMessages: KitDialect = {
  id: 'anthropic-messages',
  method: 'POST',
  headers,
  answersText: true,
  path: () => '/v1/messages',
  requestBody: (model, text, streamed) =>
    `{ "max_tokens": 64, "temperature":1.0,\n ${fields(model, text)}${streamed ? ', "stream" : true' : ''} }`,
  upstream: {
    whole: (text) =>
      message(
        `[${thinking},{"text":"${escaped(text)}","type":"text"}]`,
        '"end_turn"',
        `{${inputUsage},"output_tokens":11,"10":1.0,"9":1e0}`,
      ),
    wholeText: (body) => (JSON.parse(body) as { content: { text: string }[] }).content[1]?.text ?? '',
    userText,
    errorBody,
    stream,
  },
};

export const anthropicCountTokens: KitDialect = {
  id: 'anthropic-count-tokens',
  method: 'POST',
  headers,
  answersText: false,
  path: () => '/v1/messages/count_tokens',
  requestBody: (model, text) => `{ "thinking":{"type":"adaptive"},\n ${fields(model, text)} }`,
  upstream: { whole: () => '{ "input_tokens":17 }', wholeText: () => '', userText, errorBody, stream: undefined },
};

export const anthropicModels: KitDialect = {
  id: 'anthropic-models',
  method: 'GET',
  headers,
  answersText: false,
  path: () => '/v1/models',
  requestBody: () => '',
  upstream: undefined,
};
