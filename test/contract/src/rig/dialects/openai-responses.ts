import { framesIn, named } from './frames.ts';
import { escaped, failed, type KitDialect, oddSchema, type StreamFormat } from './kit-dialect.ts';
import { openaiErrorBody } from './openai-chat.ts';

// OpenAI's Responses. A streamed text is said five times: in pieces, at the end of the text, of its part, of its item, and of
// the whole answer. Clients read the first or the last of them.

/** Encrypted reasoning: it must come back unchanged, digits and all. */
const reasoning = '{"id":"rs_kit","type":"reasoning","summary":[], "encrypted_content":"gAAAAABk1-2_3\\/4="}';

const part = (text: string): string => `{"type":"output_text","annotations":[],"logprobs":[],"text":"${escaped(text)}"}`;
const message = (status: string, parts: string): string =>
  `{"id":"msg_kit","type":"message","status":"${status}","content":[${parts}],"role":"assistant"}`;
const call = (status: string, given: string): string =>
  `{"id":"fc_kit","type":"function_call","status":"${status}","arguments":"${escaped(given)}","call_id":"call_kit","name":"note"}`;

const response = (status: string, output: readonly string[], usage: string): string =>
  `{"id":"resp_kit", "object":"response","created_at":1700000000,"status":"${status}","error":null,"incomplete_details":null,"model":"kit",` +
  `"output":[${output.join(',')}],"parallel_tool_calls":true,"store":true,"temperature":1.0,"text":{"format":{"type":"text"}},"tool_choice":"auto","tools":[],"usage":${usage},"10":1e0,"9":12345678901234567890}`;
const usage =
  '{"input_tokens":7,"input_tokens_details":{"cached_tokens":0},"output_tokens":11,"output_tokens_details":{"reasoning_tokens":5},"total_tokens":18}';

/** Events, each with its number. */
function numbered(start: number, events: readonly (readonly [type: string, members: string])[]): string[] {
  return events.map(([type, members], index) => named(type, `{"type":"${type}",${members},"sequence_number":${start + index}}`));
}

const begun: readonly (readonly [string, string])[] = [
  ['response.created', `"response":${response('in_progress', [], 'null')}`],
  ['response.in_progress', `"response":${response('in_progress', [], 'null')}`],
  ['response.output_item.added', `"output_index":0,"item":${reasoning}`],
  ['response.output_item.done', `"output_index":0,"item":${reasoning}`],
];

const inMessage = '"item_id":"msg_kit","output_index":1,"content_index":0';
const beginning = numbered(0, [
  ...begun,
  ['response.output_item.added', `"output_index":1,"item":${message('in_progress', '')}`],
  ['response.content_part.added', `${inMessage},"part":${part('')}`],
]);

function ending(start: number, text: string): string[] {
  const item = message('completed', part(text));
  return numbered(start, [
    ['response.output_text.done', `${inMessage},"text":"${escaped(text)}","logprobs":[]`],
    ['response.content_part.done', `${inMessage},"part":${part(text)}`],
    ['response.output_item.done', `"output_index":1,"item":${item}`],
    ['response.completed', `"response":${response('completed', [reasoning, item], usage)}`],
  ]);
}

interface Item {
  readonly type: string;
  readonly arguments?: string;
  readonly content?: readonly { readonly text: string }[];
}

interface Event {
  readonly type: string;
  readonly delta?: string;
  readonly text?: string;
  readonly arguments?: string;
  readonly part?: { readonly text: string };
  readonly item?: Item;
  readonly response?: { readonly output: readonly Item[] };
}

/** What the deltas of a kind say together, and each whole text that events of other types repeat. */
function readings(body: string, kind: string, repeated: (event: Event) => string | undefined): string[] {
  let text = '';
  const wholes: string[] = [];
  for (const { data } of framesIn(body)) {
    const event = JSON.parse(data) as Event;
    if (event.type === `response.${kind}.delta`) text += event.delta ?? '';
    else if (event.type.endsWith('.done') || event.type === 'response.completed') {
      const whole = repeated(event);
      if (whole !== undefined) wholes.push(whole);
    }
  }
  return [text, ...wholes];
}

const itemOf = (event: Event, type: string): Item | undefined =>
  (event.response?.output ?? (event.item === undefined ? [] : [event.item])).find((item) => item.type === type);

const inCall = '"item_id":"fc_kit","output_index":1';

const stream: StreamFormat = {
  frames: (pieces) => {
    const text = pieces.join('');
    // The padding of its events is no text, whatever it looks like.
    const deltas = pieces.map((piece) => `${inMessage},"delta":"${escaped(piece)}","logprobs":[],"obfuscation":"x5Y9z"`);
    return {
      beginning: beginning.join(''),
      pieces: numbered(
        beginning.length,
        deltas.map((delta) => ['response.output_text.delta', delta]),
      ),
      end: ending(beginning.length + pieces.length, text).join(''),
    };
  },
  errorFrame: named('error', `{"type":"error","code":"server_error","message":"${failed}","param":null,"sequence_number":9}`),
  texts: (body) => readings(body, 'output_text', (event) => event.text ?? event.part?.text ?? itemOf(event, 'message')?.content?.[0]?.text),
  tools: {
    frames: (given, cut) => {
      const json = JSON.stringify(given);
      const item = call('completed', json);
      return numbered(0, [
        ...begun,
        ['response.output_item.added', `"output_index":1,"item":${call('in_progress', '')}`],
        ...cut(json).map((piece) => ['response.function_call_arguments.delta', `${inCall},"delta":"${escaped(piece)}"`] as const),
        ['response.function_call_arguments.done', `${inCall},"arguments":"${escaped(json)}"`],
        ['response.output_item.done', `"output_index":1,"item":${item}`],
        ['response.completed', `"response":${response('completed', [reasoning, item], usage)}`],
      ]);
    },
    arguments: (body) => readings(body, 'function_call_arguments', (event) => event.arguments ?? itemOf(event, 'function_call')?.arguments),
  },
};

/** What is asked and what is counted have the same members. */
const fields = (model: string, text: string): string =>
  `"input":[{"role":"user","content":[{"type":"input_text","text":"${escaped(text)}"}]},\t${reasoning},` +
  `{"type":"message","role":"assistant","content":[{"type":"output_text","text":"caf\\u00e9 \\/ x"}]},{"content":"${escaped(text)}","role":"user"}],` +
  `"tools":[{"type":"function","name":"note","parameters":${oddSchema},"strict":false}],"model":"${model}"`;

const userText = (body: string): string =>
  (JSON.parse(body) as { input: { content: { text: string }[] }[] }).input[0]?.content[0]?.text ?? '';

export const openaiResponses: KitDialect = {
  id: 'openai-responses',
  method: 'POST',
  answersText: true,
  path: () => '/v1/responses',
  requestBody: (model, text, streamed) =>
    `{ "temperature":1.0, "metadata":{"10":"ten","9":"nine"},\n ${fields(model, text)}${streamed ? ', "stream" : true' : ''} }`,
  upstream: {
    whole: (text) => response('completed', [reasoning, message('completed', part(text))], usage),
    wholeText: (body) => (JSON.parse(body) as { output: Item[] }).output[1]?.content?.[0]?.text ?? '',
    userText,
    errorBody: openaiErrorBody,
    stream,
  },
};

export const openaiInputTokens: KitDialect = {
  id: 'openai-input-tokens',
  method: 'POST',
  answersText: false,
  path: () => '/v1/responses/input_tokens',
  requestBody: (model, text) => `{ "truncation":"auto",\n ${fields(model, text)} }`,
  upstream: {
    whole: () => '{"object":"response.input_tokens", "input_tokens":17}',
    wholeText: () => '',
    userText,
    errorBody: openaiErrorBody,
    stream: undefined,
  },
};
