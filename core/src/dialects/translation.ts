import type { JsonObject, JsonPath, JsonValue } from '../model/json.ts';
import type { Encoded, NeutralAnswer, NeutralEvent, NeutralField, NeutralRequest, Translated } from '../model/neutral.ts';

/** How a chat dialect is read into the neutral middle and written from it. Small pure functions, one direction each. */
export interface ChatTranslation {
  /** A client's request, already checked by `readCall`. Reports what the neutral form has no place for. */
  decodeRequest(body: JsonObject, about: RequestAbout): Translated<NeutralRequest>;
  /** The request for a provider. Reports what this format has no place for. */
  encodeRequest(request: NeutralRequest, target: TargetTraits): Encoded<JsonObject>;
  /** A provider's whole answer, as lenient as clients' libraries are. */
  decodeAnswer(body: JsonObject): NeutralAnswer;
  /** A whole answer for a client. */
  encodeAnswer(answer: NeutralAnswer, about: AnswerAbout): JsonObject;
  /** Reads one stream of a provider. */
  streamReader(): NeutralReader;
  /** Writes one stream for a client. */
  streamWriter(about: AnswerAbout): NeutralWriter;
  /**
   * The change of a request that makes its answer go on from a beginning of it; `undefined` where the target cannot do that, as
   * far as is known.
   */
  prefill?(body: JsonObject, text: string, target: TargetTraits): PrefillEdit | undefined;
  /** This format's words for what another has no place for. */
  readonly fieldNames: Readonly<Record<NeutralField, string>>;
}

export interface PrefillEdit {
  readonly path: JsonPath;
  readonly value: JsonValue;
}

/** What is not in the body in every dialect. */
export interface RequestAbout {
  /** The target's own name for the model. */
  readonly model: string;
  readonly stream: boolean;
}

/** What an encoder must know of where the request goes. */
export interface TargetTraits {
  readonly model: string;
  /** The most output tokens that the model can give; `undefined`: unknown. */
  readonly maxOutputTokens: number | undefined;
  /** Deviations of the provider from its dialect. */
  readonly quirks: TargetQuirks;
}

/** Deviations that encoders care about, as data (see `ProviderQuirks`). All are absent for the dialect's own inventor. */
export interface TargetQuirks {
  /** `max_tokens` instead of `max_completion_tokens`. */
  readonly maxTokensField?: 'max_completion_tokens' | 'max_tokens' | undefined;
  /** Knows the role `developer`. Default: instructions are sent as `system`, which everybody knows. */
  readonly developerRole?: boolean | undefined;
  /** The provider's word for "some tool must be called". */
  readonly toolChoiceRequired?: 'required' | 'any' | undefined;
  /** Can be told to call one named tool. Default true. */
  readonly toolChoiceByName?: boolean | undefined;
  /** Where earlier reasoning is expected back in the history; absent: nowhere. */
  readonly reasoningHistory?: 'reasoning_content' | 'reasoning' | undefined;
  /** Is Gemini behind this format: wants its signatures back in `extra_content`. Default false. */
  readonly googleSignatures?: boolean | undefined;
  /** Understands `reasoning_effort`. Default true. */
  readonly reasoningEffort?: boolean | undefined;
  /** Takes images by URL. Default true; `false`: inline only. */
  readonly imageUrls?: boolean | undefined;
  /** Takes images at all. Default true. */
  readonly images?: boolean | undefined;
  /** Takes tools at all. Default true. */
  readonly tools?: boolean | undefined;
  /** Takes `tools[].function.strict`. Default true. */
  readonly strictTools?: boolean | undefined;
  /** Takes `response_format` with a JSON schema. Default true. */
  readonly jsonSchema?: boolean | undefined;
  /** Goes on from a last message of the assistant's that is marked `prefix`. Default false. */
  readonly prefixMessages?: boolean | undefined;
  /** Top-level request fields that the provider refuses; removed and reported. */
  readonly unknownFields?: readonly string[] | undefined;
}

/** What a writer must know of the request that is answered. */
export interface AnswerAbout {
  /** Unique; for formats whose answers have an id of the server's and a provider that gave none. */
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  /** For providers that do not name it. */
  readonly model: string;
  /** Whether the client asked for usage in its stream (where that has to be asked for). */
  readonly withUsage: boolean;
  /** The client's own request, for formats whose answers echo some of it. */
  readonly request: JsonObject;
}

/** Turns a provider's events into neutral ones. One per stream; told apart by `data`'s own fields, `name` where there is one. */
export interface NeutralReader {
  read(json: JsonValue, name: string | undefined): readonly NeutralEvent[];
  /** The stream ended well: what is still held. Not called for a stream that broke. */
  end(): readonly NeutralEvent[];
}

/** Turns neutral events into a client's frames. One per stream. */
export interface NeutralWriter {
  /** Whole frames, or `''`. */
  write(event: NeutralEvent): string;
  /** The stream ended well: everything up to and with the format's last event. Not called for a stream that broke. */
  end(): string;
}
