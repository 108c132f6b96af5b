import type { CallDialect } from '../dialects/dialect.ts';
import type { TargetQuirks } from '../dialects/translation.ts';
import type { DialectId } from '../model/call.ts';
import type { JsonObject, JsonPath, JsonValue } from '../model/json.ts';
import type { Secret } from '../secret.ts';
import type { ProviderPath } from './provider-path.ts';

/**
 * An upstream, as data: destination and credential belong together and are the operator's decision alone; nothing a
 * client sends can change either.
 */
export interface Provider {
  readonly kind: 'provider';
  /** The first half of `provider/model`. */
  readonly name: string;
  /** Scheme, host and port, e.g. `https://api.openai.com`. */
  readonly origin: string;
  /** Where each dialect is served, base path included. A chat dialect that is not here is translated to the first that is. */
  readonly paths: Readonly<Record<DialectId, ProviderPath>>;
  /** Where it takes WebSockets, by dialect, base path included. */
  readonly sockets: Readonly<Record<DialectId, ProviderPath>>;
  /** Headers of every request. Made once; the values do not print. */
  readonly headers: readonly ProviderHeader[];
  /** Headers of a dialect's requests; the client's own of the same name count before them (see `clientHeaders`). */
  readonly dialectHeaders: Readonly<Record<DialectId, Readonly<Record<string, string>>>>;
  /**
   * The client's headers of which the provider refuses unknown values, by dialect: of a list separated by commas only these
   * are passed on, and a header of which nothing is left is not sent. Headers that are not here pass as they are.
   */
  readonly headerValues: Readonly<Record<DialectId, Readonly<Record<string, readonly string[]>>>>;
  /** At least one. Used in turn; one that is refused rests for a while. */
  readonly credentials: readonly Credential[];
  /** The models offered. When given, others are unknown; when absent, any name is passed on. */
  readonly models: readonly string[] | undefined;
  readonly quirks: ProviderQuirks;
  /** Chat formats of the provider's own that the core does not know: calls are translated to them. */
  readonly dialects: readonly CallDialect[];
  /** Last changes of a body, for what no dialect knows: a version in the body, a field too many. */
  readonly prepare: ((body: BodyEditor, about: PrepareAbout) => void) | undefined;
  /** How streams arrive where it is not as server-sent events. */
  readonly framing: Framing | undefined;
}

export interface ProviderHeader {
  readonly name: string;
  readonly value: Secret;
}

/** What a request shows to be let in. */
export interface Credential {
  /** For logs: says which, never what, e.g. `key-2`. */
  readonly name: string;
  readonly headers: readonly ProviderHeader[];
  /** Headers that depend on the request (a signature) or on the hour (a token). Throws what the client must not read. */
  readonly authorize?: (request: OutgoingRequest) => HeaderPairs | Promise<HeaderPairs>;
}

export type HeaderPairs = readonly (readonly [name: string, value: string])[];

/** A request as it will go out, but for its credential. */
export interface OutgoingRequest {
  readonly method: string;
  readonly origin: string;
  /** With its query. */
  readonly path: string;
  readonly headers: HeaderPairs;
  readonly body: Buffer | string;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

/** Changes a body that goes to a provider; everything untouched stays byte-exact. */
export interface BodyEditor {
  readonly body: JsonObject;
  /** Sets a value that is there or not yet; its parent must be there. */
  set(path: JsonPath, value: JsonValue): void;
  remove(path: JsonPath): void;
}

export interface PrepareAbout {
  /** The dialect of the body. */
  readonly dialect: DialectId;
  readonly model: string;
  readonly stream: boolean;
  /** What the client sent of the dialect's `clientHeaders`. */
  readonly clientHeaders: Readonly<Record<string, string>>;
}

/** Turns what a provider streams into server-sent events of the dialect. */
export interface Framing {
  /** The content type of such streams. */
  readonly contentType: string;
  /** One decoder per stream. */
  decoder(dialect: DialectId): FrameDecoder;
}

export interface FrameDecoder {
  /** Whole frames of server-sent events; empty while none is complete. Throws for bytes that cannot be. */
  push(chunk: Buffer): Buffer;
  /** Whether the stream stopped within a frame. */
  readonly incomplete: boolean;
}

/** Deviations from the dialects, as data. */
export interface ProviderQuirks extends TargetQuirks {
  /** Understands `stream_options.include_usage`. Default true; false for servers that refuse unknown fields. */
  readonly streamUsage: boolean;
}
