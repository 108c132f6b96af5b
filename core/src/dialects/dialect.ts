import type { GatewayError } from '../errors.ts';
import type { JsonDocument } from '../json/document.ts';
import type { Attachment, DialectId, TextScope } from '../model/call.ts';
import type { EventText, StreamEvent } from '../model/events.ts';
import type { RequestHeaders } from '../model/headers.ts';
import type { JsonEdit, JsonObject, JsonPath, JsonValue } from '../model/json.ts';
import type { OfferedModel } from '../model/offered.ts';
import type { Usage } from '../model/usage.ts';
import type { ChatTranslation, TargetQuirks } from './translation.ts';

/**
 * An API format that clients and providers speak. Pure functions over parsed JSON: no state, no I/O. One folder per
 * dialect. Facts are cited where a rule would otherwise look arbitrary.
 */
export interface Dialect {
  readonly id: DialectId;
  /** The paths, below the gateway's mount, that speak it. */
  readonly routes: readonly DialectRoute[];
  /**
   * Whether a request for a path that several dialects have is meant for this one, by its headers. Without it the dialect
   * takes what no other claims.
   */
  claims?(headers: RequestHeaders): boolean;
  /** The body of an error answer, as JSON text. */
  errorBody(error: GatewayError, requestId: string): string;
  /** Where clients look for the request's id, besides `x-request-id`. */
  readonly requestIdHeader?: string;
}

export interface DialectRoute {
  readonly method: 'GET' | 'POST';
  /**
   * A literal path, or one with a single `*`, which stands for one or more characters, slashes among them:
   * `/v1/models/*`, `/v1beta/models/*:generateContent`.
   */
  readonly path: string;
}

/** A dialect in which the gateway itself lists the models it offers. */
export interface ModelsDialect extends Dialect {
  /** All models, or the one with this id; `query`: the raw query. Throws `GW_UNKNOWN_MODEL`. */
  modelsBody(offered: readonly OfferedModel[], id: string | undefined, query: string): string;
}

/** Where a request was sent to, for dialects that say something there. */
export interface CallAddress {
  /** Below the mount. */
  readonly path: string;
  /** What the route's `*` stands for, decoded. */
  readonly parameter: string | undefined;
  /** Without `?`. */
  readonly query: string;
}

/** A dialect whose requests are sent to a provider. */
export interface CallDialect extends Dialect {
  /** Reads and checks what the gateway decides by. Throws `GW_BAD_REQUEST` naming the field. */
  readCall(body: JsonObject, address: CallAddress): CallFacts;
  /**
   * What the request refers to that only one provider's account has: a response to go on from, a conversation, cached
   * content. Such a call goes to one target only and is never cached. None: it says everything itself.
   */
  states?(body: JsonObject): readonly string[];
  /** What a whole answer leaves with its provider that a later request may go on from: one of the `states` of that request. */
  leaves?(answer: JsonValue): string | undefined;
  /** Places of a request that refer to items of answers which the gateway made or translated, and keeps itself. */
  itemReferences?(body: JsonObject): readonly ItemReference[];
  /** Items of a whole answer that a later request may refer to like that. */
  referableItems?(answer: JsonValue, request: JsonObject): readonly { readonly id: string; readonly item: JsonObject }[];
  /** The whole answer that the last events of a stream hold. */
  streamedAnswer?(lastEvents: readonly JsonValue[]): JsonValue | undefined;
  /** The client's headers that a provider of the same dialect gets, as they are. */
  readonly clientHeaders?: readonly string[];
  /**
   * A body that belongs to another dialect although it came to this one's path, in this one's words; `undefined` for its
   * own. Throws for one that cannot be said in them.
   */
  adopt?(body: JsonObject): { readonly body: JsonObject; readonly dropped: readonly string[] } | undefined;
  /** What a provider's error answer says in its body beyond its status. */
  refusal?(body: JsonObject): RefusalFacts;
  /**
   * Changes a request of the client's own for a provider that deviates from the dialect; the names of fields it had to leave
   * out. Does nothing for quirks that are not set.
   */
  applyQuirks?(document: JsonDocument, quirks: TargetQuirks): readonly string[];
  /**
   * Takes out of a request in the provider's own dialect what another dialect's provider left in the conversation (its
   * signatures, its encrypted reasoning): a call may come back from a fallback. The names of fields that changed.
   */
  dropForeign?(document: JsonDocument): readonly string[];
  /** How long the answers to a request in this dialect may be; absent where nobody knows. `noAnswerText` where they are no texts (embeddings). */
  answerLimit?(body: JsonObject, quirks: TargetQuirks): AnswerLimit;
  /** How it is translated; absent where it is not. */
  readonly chat?: ChatTranslation;
  /** Every text-bearing place of a request; opaque parts are left out. */
  requestTexts(body: JsonObject): Iterable<TextPlace>;
  attachments(body: JsonObject): Iterable<Attachment>;
  /** Writes the provider's model name over the client's. */
  setModel(document: JsonDocument, model: string): void;
  /** Every text-bearing place of a whole answer. */
  responseTexts(body: JsonValue): Iterable<TextPlace>;
  usage(body: JsonValue): Usage | undefined;
  finishReason(body: JsonValue): string | undefined;
  /** A whole answer made by the gateway, as JSON text; `undefined` where a text is no answer (embeddings). */
  answerBody(answer: GatewayAnswer): string | undefined;
  /** How it streams; absent where it does not. */
  readonly stream?: StreamDialect;
}

/** How long the answers to a request may be. */
export interface AnswerLimit {
  /** Tokens of one answer, reasoning included; `undefined` where the request sets none. */
  readonly tokens: number | undefined;
  /** How many answers are made; 0 where they are no texts. */
  readonly answers: number;
  /** What to set in the body so that no answer has more tokens than this. */
  lowered(tokens: number): readonly JsonEdit[];
}

/** What the body of an error answer may say that decides what to do about it. */
export interface RefusalFacts {
  /** The gateway's credential is wrong, or its account has no money: no fault of the request, whatever the status. */
  readonly badCredential: boolean;
  /** Milliseconds to wait. */
  readonly waitMs: number | undefined;
}

/** An item that is not sent again but named. */
export interface ItemReference {
  readonly path: JsonPath;
  readonly id: string;
}

/** What the gateway needs to know of a request. */
export interface CallFacts {
  readonly model: string;
  readonly stream: boolean;
  readonly maxOutputTokens: number | undefined;
  readonly tools: readonly string[];
}

/** A text and where it stands. */
export interface TextPlace {
  readonly scope: TextScope;
  readonly path: JsonPath;
  readonly text: string;
  /** The string is itself JSON (tool arguments): edits go inside it. */
  readonly jsonString?: boolean;
}

export interface GatewayAnswer {
  readonly id: string;
  readonly model: string;
  readonly text: string;
  readonly usage: Usage | undefined;
  /** Seconds since 1970. */
  readonly created: number;
}

/** The streaming half of a dialect. Framing is per dialect and never shared. */
export interface StreamDialect {
  readonly contentType: string;
  /** Changes an upstream request so that the stream reports usage; returns true when that added something to strip. */
  requestUsage(document: JsonDocument): boolean;
  /** Watches one upstream stream. */
  observe(options: ObserveOptions): StreamObserver;
  /** Text pieces of one event. */
  texts(json: JsonValue): readonly EventText[];
  /** Prefixes of the channels that an event ends (`''` ends all); the event itself still belongs to them. */
  ends(json: JsonValue | undefined, data: string): readonly string[];
  /**
   * What an event says once and must not say again in an event that only goes on with its text: role, a tool call's id and
   * name, usage.
   */
  saidOnce(json: JsonValue): readonly JsonPath[];
  /** A stream made by the gateway: whole frames. */
  answerFrames(answer: GatewayAnswer, withUsage: boolean): readonly string[];
  /** Whether a client that asked like this expects the usage frame. */
  wantsUsage(body: JsonObject): boolean;
  /**
   * For a stream that goes on with frames of a writer of ours after an upstream's own: how its frames must be changed so that
   * they fit, from both forms of what was said so far. Absent: they fit.
   */
  rejoin?(said: readonly StreamEvent[], written: readonly StreamEvent[]): (frames: string) => string;
  /** The in-stream error, after which nothing follows. */
  errorFrame(error: GatewayError, requestId: string): string;
  /** A frame that every client ignores. */
  readonly heartbeat: string;
}

export interface ObserveOptions {
  /** Leave out what the gateway's own request for usage added. */
  readonly stripUsage: boolean;
  /** The request that the stream answers. */
  readonly request: JsonObject;
}

/** What to do with a frame of the upstream's. */
export type FrameVerdict = 'keep' | 'drop' | 'cut';

/**
 * Reads an upstream stream frame by frame, from the raw text. Called once per event on the hot path, so it looks before
 * it parses. Text is latin1: one character per byte.
 */
export interface StreamObserver {
  /** A new chunk of text begins; positions given to `frame` are within it. */
  chunk(text: string): void;
  /** One frame, from `start` to `end` (blank line included). */
  frame(start: number, end: number): FrameVerdict;
  /** For `'cut'`: the part of the frame to leave out. */
  readonly cutStart: number;
  readonly cutEnd: number;
  /** True once content (text, tool call, refusal) was seen. */
  readonly content: boolean;
  /** True once the dialect's last event was seen. */
  readonly done: boolean;
  /** True once everything that was asked for has come to its end, though the last event may be missing. */
  readonly complete: boolean;
  /** The upstream's error event, parsed. */
  readonly error: JsonValue | undefined;
  usage(): Usage | undefined;
  finishReason(): string | undefined;
  /** As `CallDialect.leaves`, of a stream that came to its end. */
  leaves?(): string | undefined;
}

export function isModelsDialect(dialect: Dialect): dialect is ModelsDialect {
  return 'modelsBody' in dialect;
}

export function isCallDialect(dialect: Dialect): dialect is CallDialect {
  return 'readCall' in dialect;
}
