/** A dialect as its clients and providers speak it: what the kit needs to ask, to answer and to read. Plain data and pure functions. */
export interface KitDialect {
  readonly id: string;
  readonly method: 'GET' | 'POST';
  /** What its clients send in the head besides their credential; `GET /v1/models` is told apart by it. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether answers hold text, so that a plugin can give one itself and change one of the upstream's. */
  readonly answersText: boolean;
  /** `undefined` for dialects whose answer is the gateway's own. */
  readonly upstream: UpstreamFormat | undefined;
  /** Below the gateway's mount. Some formats say there which model is asked, and whether for a stream. */
  path(model: string, stream: boolean): string;
  /** Written so that no parser and serialiser would write it again in the same way; without digits in any text but the one given. */
  requestBody(model: string, text: string, stream: boolean): string;
}

/** Texts are put in as the content of JSON strings, escaped by `escaped`. */
export interface UpstreamFormat {
  whole(text: string): string;
  /** The text of a whole answer. */
  wholeText(body: string): string;
  /** What the user said in a request that reached the upstream. */
  userText(body: string): string;
  readonly errorBody: string;
  /** `undefined` for dialects that do not stream. */
  readonly stream: StreamFormat | undefined;
}

export interface StreamFormat {
  /** A streamed answer as frames: a beginning, one frame per piece, an end. */
  frames(pieces: readonly string[]): Frames;
  readonly errorFrame: string;
  /**
   * The text of a streamed answer as clients put it together. Some formats say a text more than once, and each client has its
   * own way to read them: one reading for each. The first is that of who reads along.
   */
  texts(body: string): readonly string[];
  /** `undefined` where there are no tools. */
  readonly tools: ToolFormat | undefined;
}

export interface Frames {
  readonly beginning: string;
  readonly pieces: readonly string[];
  readonly end: string;
}

export interface ToolFormat {
  /** A streamed call of a tool whose arguments come in the pieces that `cut` makes of them. */
  frames(given: ToolArguments, cut: Cut): readonly string[];
  /** The arguments as JSON, as clients put them together: one reading for each way in which they do. */
  arguments(body: string): readonly string[];
}

export interface ToolArguments {
  readonly first: string;
  readonly count: number;
  readonly list: readonly [string, string];
}

export type Cut = (text: string) => readonly string[];

/** How the kit's upstream says that it failed. */
export const failed = 'kit-upstream-failed';

/** JSON Schema of a tool's arguments, as no parser and serialiser would write it again: its bytes are part of providers' caches. */
export const oddSchema =
  '{"type":"object", "properties":{"10":{"type":"integer","maximum":12345678901234567890},"9":{"minimum":1.0,"type":"number"},"caf\\u00e9":{"type":"string","pattern":"a\\/b"}}}';

/** A text as it stands between the quotes of a JSON string. */
export function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** The modes in which a dialect answers: whole, and streamed where it streams. */
export function modesOf(dialect: KitDialect): readonly boolean[] {
  return dialect.upstream?.stream === undefined ? [false] : [false, true];
}

/** For names of cases: `openai-chat, stream`; the mode is left out where there is one only. */
export function modeName(dialect: KitDialect, stream: boolean): string {
  return modesOf(dialect).length === 1 ? dialect.id : `${dialect.id}, ${stream ? 'stream' : 'no stream'}`;
}
