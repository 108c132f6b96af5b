/** A request of a client, in one of the formats that providers serve. */
export interface KitCall {
  readonly dialect: string;
  readonly stream: boolean;
  /** Below the gateway's mount. */
  readonly path: string;
  readonly body: string;
}

/** The alias that every call asks for. */
export const alias = 'kit';

/** JSON that no parser and serialiser would write again in the same way; it must go through untouched. */
export const untouched: readonly string[] = [
  '"caf\\u00e9 \\/ x"',
  '"kit_odds":{"10":1.0,"9":12345678901234567890, "a" :1e0,"\\u0061b":"\\u00e9"}',
];

const [text = '', odds = ''] = untouched;

interface Format {
  readonly path: string;
  /** Where it is asked for a stream, for formats that say it there. */
  readonly streamPath?: string;
  /** Says in the body whether it streams. */
  readonly streams?: true;
  readonly fields: string;
}

const model = `"model":"${alias}"`;
const messages = `"messages":[{"content":${text},"role":"user"}]`;
const contents = `"contents":[{"parts":[{"text":${text}}],"role":"user"}]`;
const google = `/v1beta/models/${alias}`;

const formats: Readonly<Record<string, Format>> = {
  'openai-chat': { path: '/v1/chat/completions', streams: true, fields: `${messages}, ${model}` },
  'openai-responses': { path: '/v1/responses', streams: true, fields: `"input":${text}, ${model}` },
  'openai-input-tokens': { path: '/v1/responses/input_tokens', fields: `"input":${text}, ${model}` },
  'openai-embeddings': { path: '/v1/embeddings', fields: `"input":[${text}], ${model}` },
  'openai-moderations': { path: '/v1/moderations', fields: `"input":${text}, ${model}` },
  'openai-completions': { path: '/v1/completions', streams: true, fields: `"prompt":${text}, ${model}` },
  'anthropic-messages': { path: '/v1/messages', streams: true, fields: `${model} ,"max_tokens":16,${messages}` },
  'anthropic-count-tokens': { path: '/v1/messages/count_tokens', fields: `${model} ,${messages}` },
  'google-generate-content': {
    path: `${google}:generateContent`,
    streamPath: `${google}:streamGenerateContent?alt=sse`,
    fields: contents,
  },
  'google-count-tokens': { path: `${google}:countTokens`, fields: contents },
  'google-embed-content': { path: `${google}:embedContent`, fields: `"content":{"parts":[{"text":${text}}]}` },
  'google-batch-embed-contents': {
    path: `${google}:batchEmbedContents`,
    fields: `"requests":[{"model":"models/${alias}","content":{"parts":[{"text":${text}}]}}]`,
  },
};

/** The calls of a format, whole and streamed; none for formats that the kit does not know. */
export function callsOf(dialect: string): readonly KitCall[] {
  const format = formats[dialect];
  if (format === undefined) return [];
  const { path, streamPath, streams, fields } = format;
  const whole = { dialect, stream: false, path, body: `{ ${fields},\n ${odds} }` };
  if (streamPath !== undefined) return [whole, { ...whole, stream: true, path: streamPath }];
  return streams === undefined ? [whole] : [whole, { ...whole, stream: true, body: `{ ${fields},"stream" : true,\n ${odds} }` }];
}
