import { isJsonObject, type JsonObject } from '../../core/src/model/json.ts';
import type { Recording } from './corpus.ts';
import { isStream, written } from './wire-text.ts';

/** How a recorded request goes through the gateway. */
export interface Way {
  readonly recording: Recording;
  readonly dialect: string;
  /** Where the client asks, below the mount. */
  readonly route: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As the client sends it: its model is `provider/model`. */
  readonly body: string;
  /** The provider as the gateway knows it. */
  readonly provider: ProviderSeat;
  /** What the provider must get. */
  readonly upstreamPath: string;
  readonly upstreamBody: string;
  readonly stream: boolean;
  /** The field for which the gateway refuses the request, where it is known to. */
  readonly refused: string | undefined;
}

export interface ProviderSeat {
  readonly name: string;
  readonly kind: 'anthropic' | 'google' | 'compatible';
  /** Path of its base URL at the replaying server. */
  readonly base: string;
  /** Of OpenAI's formats; all by default. */
  readonly serves?: readonly string[];
}

interface Format {
  readonly dialect: string;
  readonly route: string;
  /** What comes after the base URL. */
  readonly path: string;
  readonly kind: ProviderSeat['kind'];
}

/** Google's verbs: as what they were recorded, and the dialect that they are. */
const verbs: Readonly<Record<string, readonly [api: string, dialect: string]>> = {
  generateContent: ['gemini', 'google-generate-content'],
  streamGenerateContent: ['gemini-stream', 'google-generate-content'],
  countTokens: ['count-tokens', 'google-count-tokens'],
  embedContent: ['embeddings', 'google-embed-content'],
  batchEmbedContents: ['embeddings', 'google-batch-embed-contents'],
};

const formats: readonly (Format & { readonly api: string; readonly url?: RegExp })[] = [
  { api: 'openai-chat', dialect: 'openai-chat', route: '/v1/chat/completions', path: '/chat/completions', kind: 'compatible' },
  {
    api: 'openai-responses',
    url: /\/input_tokens$/,
    dialect: 'openai-input-tokens',
    route: '/v1/responses/input_tokens',
    path: '/responses/input_tokens',
    kind: 'compatible',
  },
  { api: 'openai-responses', dialect: 'openai-responses', route: '/v1/responses', path: '/responses', kind: 'compatible' },
  { api: 'openai-completions', dialect: 'openai-completions', route: '/v1/completions', path: '/completions', kind: 'compatible' },
  {
    api: 'embeddings',
    url: /\/embeddings$/,
    dialect: 'openai-embeddings',
    route: '/v1/embeddings',
    path: '/embeddings',
    kind: 'compatible',
  },
  { api: 'moderations', dialect: 'openai-moderations', route: '/v1/moderations', path: '/moderations', kind: 'compatible' },
  {
    api: 'anthropic-messages',
    url: /\/count_tokens$/,
    dialect: 'anthropic-count-tokens',
    route: '/v1/messages/count_tokens',
    path: '/v1/messages/count_tokens',
    kind: 'anthropic',
  },
  { api: 'anthropic-messages', dialect: 'anthropic-messages', route: '/v1/messages', path: '/v1/messages', kind: 'anthropic' },
  ...Object.keys(verbs).map(googleFormat),
];

function googleFormat(verb: string): Format & { readonly api: string; readonly url: RegExp } {
  const [api, dialect] = verbs[verb] as [string, string];
  const place = `/models/*:${verb}${verb === 'streamGenerateContent' ? '?alt=sse' : ''}`;
  return { api, url: new RegExp(`:${verb}$`), dialect, route: `/v1beta${place}`, path: place, kind: 'google' };
}

/** Recordings without a request of their own are asked for with the least that their format takes. */
const leastRequests: Readonly<Record<string, (model: string, stream: boolean) => JsonObject>> = {
  'openai-chat': (model, stream) => ({ model, messages: [{ role: 'user', content: 'x' }], ...(stream && { stream }) }),
  'openai-responses': (model, stream) => ({ model, input: 'x', ...(stream && { stream }) }),
  'anthropic-messages': (model, stream) => ({
    model,
    max_tokens: 9,
    messages: [{ role: 'user', content: 'x' }],
    ...(stream && { stream }),
  }),
  gemini: () => ({ contents: [{ role: 'user', parts: [{ text: 'x' }] }] }),
};

/** The way of a recording through the gateway; `undefined` for formats that have no route of their own. */
export function wayOf(recording: Recording): Way | undefined {
  const { api, provider, request } = recording;
  if (provider === 'writer') return undefined; // its own format on a usual path
  const path = pathOf(recording);
  const stream = isStream(recording) || api === 'gemini-stream';
  // A recording of whole `gemini` whose answer streamed has lost its URL: the verb follows from the answer.
  const wanted = path ?? (api === 'gemini' ? `/models/m:${stream ? 'streamGenerateContent' : 'generateContent'}` : undefined);
  const format = formats.find(
    (one) => (one.api === api || (one.kind === 'google' && api === 'gemini')) && (one.url === undefined || one.url.test(wanted ?? '')),
  );
  const json = request === null ? leastRequests[api]?.('recorded-model', stream) : request.json;
  if (
    format === undefined ||
    json === undefined ||
    (format.kind === 'google' && provider !== 'google-gemini' && provider !== 'google-vertex')
  )
    return undefined;
  return format.kind === 'google' ? googleWay(recording, format, wanted as string, json) : bodyWay(recording, format, path, json);
}

function pathOf({ url }: Recording): string | undefined {
  if (url === null) return undefined;
  return URL.canParse(url) ? new URL(url).pathname : url.replace(/^https?:\/\/[^/]+/, '').replace(/[?#].*$/, '');
}

function bodyWay(recording: Recording, format: Format, path: string | undefined, json: JsonObject): Way {
  const style = Number.parseInt(recording.id.slice(0, 4), 16);
  const before = path?.endsWith(format.path) ? path.slice(0, -format.path.length) : '';
  const base = `/${recording.provider}${before.replace(/[^\w./-]/g, '')}`;
  const provider: ProviderSeat = {
    name: base
      .slice(1)
      .replace(/[^a-z0-9]+/gi, '-')
      .toLowerCase(),
    kind: format.kind,
    base,
  };
  const model = typeof json.model === 'string' ? json.model : '';
  return {
    recording,
    dialect: format.dialect,
    route: format.route,
    headers: passedOn(recording),
    body: written({ ...json, model: `${provider.name}/${model}` }, style),
    provider,
    upstreamPath: `${base}${format.path}`,
    upstreamBody: written({ ...json, model }, style),
    stream: json.stream === true,
    // Nothing can be embedded in so many dimensions: the provider refused it too.
    refused: typeof json.dimensions === 'number' && json.dimensions < 0 ? 'dimensions' : undefined,
  };
}

function googleWay(recording: Recording, format: Format, path: string, json: JsonObject): Way {
  const style = Number.parseInt(recording.id.slice(0, 4), 16);
  const model = decodeURIComponent(/\/models\/(.+):\w+$/.exec(path)?.[1] ?? 'm');
  const provider: ProviderSeat = { name: 'google', kind: 'google', base: '/google' };
  const stream = format.route.includes('streamGenerateContent');
  const array = stream && !isStream(recording);
  return {
    recording,
    dialect: format.dialect,
    route: format.route.replace('*', () => `${provider.name}/${model}`).replace(array ? '?alt=sse' : '', ''),
    headers: { 'x-goog-api-key': 'gw_of-the-client', ...passedOn(recording) },
    body: written(withModel(json, `models/${provider.name}/${model}`), style),
    provider,
    upstreamPath: `${provider.base}${format.path.replace('*', () => encodeURIComponent(model))}`,
    upstreamBody: written(withModel(json, `models/${model}`), style),
    stream,
    // A stream as one JSON array, which no client library asks for.
    refused: array ? 'alt' : undefined,
  };
}

/** Requests within requests repeat the model of the path. */
function withModel(json: JsonObject, model: string): JsonObject {
  const { requests, generateContentRequest: inner } = json;
  if (Array.isArray(requests)) return { ...json, requests: (requests as readonly JsonObject[]).map((one) => ({ ...one, model })) };
  return isJsonObject(inner) ? { ...json, generateContentRequest: { ...inner, model } } : json;
}

/** The same call from a client that did not ask for usage in its stream: the gateway asks, and takes out what that adds. */
export function unaskedWay(way: Way): Way[] {
  if (!/"include_usage":\s*true/.test(way.upstreamBody)) return [];
  const style = Number.parseInt(way.recording.id.slice(0, 4), 16);
  const without = (body: string): string => {
    const { stream_options: _asked, ...rest } = JSON.parse(body) as JsonObject;
    return written(rest, style);
  };
  return [{ ...way, body: without(way.body), upstreamBody: without(way.upstreamBody) }];
}

/** Headers of the client's that its format gives a meaning. */
function passedOn({ request }: Recording): Record<string, string> {
  const passed = ['anthropic-version', 'anthropic-beta'];
  return Object.fromEntries(Object.entries(request?.headers ?? {}).filter(([name]) => passed.includes(name)));
}
