import type { JsonPath, JsonValue } from './json.ts';

/** An API format, e.g. `openai-chat`, `openai-embeddings`, `openai-models`. */
export type DialectId = string;

/** Where a text stands: what redaction and guardrails decide by. */
export type TextScope = 'system' | 'user' | 'assistant' | 'toolInput' | 'toolOutput' | 'toolDefinition' | 'other';

/** One natural-language text inside a call or an answer. */
export interface TextReference {
  readonly scope: TextScope;
  /** Where it stands, e.g. `['messages', 0, 'content']`. Inside JSON-in-a-string the path goes on after the string. */
  readonly path: JsonPath;
  /** The text as edited so far. */
  readonly text: string;
  /** Replaces the text; everything around it stays byte-exact. Throws when an enclosing value was removed meanwhile. */
  replace(text: string): void;
}

/** A media part of a call. The gateway never fetches what `ref: 'url'` points at. */
export interface Attachment {
  readonly kind: 'image' | 'audio' | 'file';
  readonly ref: 'inline' | 'url' | 'id';
  readonly path: JsonPath;
}

/** The parsed request. Reading is by the parsed value; edits are spliced into the original text. */
export interface Call {
  readonly dialect: DialectId;
  /** The model as the client wrote it: an alias or `provider/model`. */
  readonly model: string;
  /** Whether the client asked for a stream. */
  readonly stream: boolean;
  /** The parsed body as the client sent it, frozen; use the accessors to change what is sent. */
  readonly body: Readonly<Record<string, JsonValue>>;
  /** The output limit the client set, in tokens. */
  readonly maxOutputTokens: number | undefined;
  /** Names of the tools the client offers. */
  readonly tools: readonly string[];
  /** Size of the original body in bytes. */
  readonly byteLength: number;
  /** Every text-bearing place of the call, as edited so far. Opaque (signed, encrypted) parts are never yielded. */
  texts(): TextReference[];
  attachments(): Attachment[];
  /** Sets a value anywhere in the body (as JSON). The path's parent must exist. */
  set(path: JsonPath, value: JsonValue): void;
  /** Removes a member or element. */
  remove(path: JsonPath): void;
  /**
   * What the call goes on from that only one provider's account has: a response, a conversation, cached content. Such a call
   * is never cached and goes to one target only. Empty for a call that says everything itself.
   */
  readonly states: readonly string[];
  /** True once something was changed. */
  readonly edited: boolean;
  /**
   * Set for what a handoff carries: its body is not read, whatever it is. Everything that would look into it (`body`, `tools`,
   * `texts`, `attachments`, `set`, `remove`) throws, and `dialect` is the handoff's name. Only plugins that say `opaque: true`
   * get such calls.
   */
  readonly opaque?: true;
}
