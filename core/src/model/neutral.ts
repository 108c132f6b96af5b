import type { DialectId } from './call.ts';
import type { JsonObject } from './json.ts';
import type { Usage } from './usage.ts';

// The neutral middle: a chat call, its answer and its stream in nobody's format. Each chat dialect reads and writes it
// (N + M translators), and nobody translates from one dialect to another. It holds what at least two formats can say; what
// only one can say is that one's loss, reported by name.

/** What a translation could not carry over, in the words of the format it was read from. */
export interface Loss {
  /** A field or path, e.g. `logit_bias`, `tools[2]`, `thinking`. Never a value: it ends up in headers and logs. */
  readonly field: string;
  /**
   * - `drop`: the answer may differ a little; the caller is told.
   * - `refuse`: a restriction or a meaning would be lost; the call must not go to this target.
   */
  readonly level: 'drop' | 'refuse';
}

/** What a translator made, and what it could not keep. */
export interface Translated<T> {
  readonly value: T;
  readonly losses: readonly Loss[];
}

/** A field that an encoder may have no place for; each dialect has its own word for it (`ChatTranslation.fieldNames`). */
export type NeutralField =
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'seed'
  | 'frequencyPenalty'
  | 'presencePenalty'
  | 'stop'
  | 'maxOutputTokens'
  | 'reasoning'
  | 'format'
  | 'tools'
  | 'toolChoice'
  | 'parallelTools'
  | 'strictTools'
  | 'user'
  | 'images'
  | 'imageUrls'
  | 'audio'
  | 'files'
  | 'fileIds'
  | 'prefill'
  | 'toolResultImages';

export interface NeutralLoss {
  readonly field: NeutralField;
  readonly level: Loss['level'];
}

/** What an encoder made, and what the target's format has no place for. */
export interface Encoded<T> {
  readonly value: T;
  readonly losses: readonly NeutralLoss[];
}

export interface NeutralRequest {
  /** The target's own name for the model. */
  readonly model: string;
  readonly stream: boolean;
  readonly turns: readonly NeutralTurn[];
  readonly tools: readonly NeutralTool[];
  readonly toolChoice: NeutralToolChoice | undefined;
  /** `false`: at most one call per turn. */
  readonly parallelTools: boolean | undefined;
  readonly maxOutputTokens: number | undefined;
  readonly temperature: number | undefined;
  readonly topP: number | undefined;
  readonly topK: number | undefined;
  readonly seed: number | undefined;
  readonly frequencyPenalty: number | undefined;
  readonly presencePenalty: number | undefined;
  readonly stop: readonly string[];
  readonly format: NeutralFormat | undefined;
  readonly reasoning: NeutralReasoning | undefined;
  /** An opaque id of the end user. */
  readonly user: string | undefined;
}

/**
 * Turns in the order of the conversation. Decoders join nothing and drop nothing: encoders know what their format wants
 * (merged turns, no empty texts, results grouped).
 */
export type NeutralTurn =
  | { readonly role: 'system'; readonly parts: readonly NeutralText[] }
  | { readonly role: 'user'; readonly parts: readonly NeutralUserPart[] }
  | { readonly role: 'assistant'; readonly parts: readonly NeutralAssistantPart[] }
  | { readonly role: 'tool'; readonly results: readonly NeutralToolResult[] };

export interface NeutralText {
  readonly kind: 'text';
  readonly text: string;
}

export type NeutralUserPart = NeutralText | NeutralImage | NeutralAudio | NeutralFile;

export type NeutralAssistantPart = NeutralText | NeutralRefusal | NeutralReasoningText | NeutralToolCall;

/** Where media come from. The gateway never fetches a URL. */
export type NeutralSource =
  | { readonly kind: 'inline'; readonly mediaType: string /** Base64. */; readonly data: string }
  | { readonly kind: 'url'; readonly url: string }
  /** A file stored with one provider: of no use to another. */
  | { readonly kind: 'id'; readonly id: string };

export interface NeutralImage {
  readonly kind: 'image';
  readonly source: NeutralSource;
}

export interface NeutralAudio {
  readonly kind: 'audio';
  readonly mediaType: string;
  /** Base64. */
  readonly data: string;
}

export interface NeutralFile {
  readonly kind: 'file';
  readonly source: NeutralSource | { readonly kind: 'text'; readonly text: string };
  readonly name: string | undefined;
}

/** The model's own refusal to answer, as text. */
export interface NeutralRefusal {
  readonly kind: 'refusal';
  readonly text: string;
}

/**
 * What only one format understands and wants back unchanged: a signature, encrypted reasoning. It may travel through another
 * format's opaque place (see `dialects/opaque.ts`), never through a text.
 */
export interface NeutralOpaque {
  readonly dialect: DialectId;
  readonly value: string;
}

export interface NeutralReasoningText {
  readonly kind: 'reasoning';
  /** Empty where it is only opaque. */
  readonly text: string;
  readonly opaque: NeutralOpaque | undefined;
}

export interface NeutralToolCall {
  readonly kind: 'toolCall';
  /** As the format gave it; empty where it gave none (Gemini). */
  readonly id: string;
  readonly name: string;
  /** The arguments as JSON text of an object; `{}` where there are none. Not JSON at all: as the model wrote it. */
  readonly arguments: string;
  readonly opaque: NeutralOpaque | undefined;
}

export interface NeutralToolResult {
  readonly callId: string;
  /** The tool's name where the format says it. */
  readonly name: string | undefined;
  readonly parts: readonly (NeutralText | NeutralImage | NeutralFile)[];
  readonly isError: boolean;
}

export interface NeutralTool {
  readonly name: string;
  readonly description: string | undefined;
  /** JSON Schema of an object; `undefined`: no parameters. */
  readonly parameters: JsonObject | undefined;
  readonly strict: boolean | undefined;
}

/** `allowed`: only these may be called. A single tool that must be called: `required` with one name. */
export interface NeutralToolChoice {
  readonly mode: 'auto' | 'none' | 'required';
  readonly allowed: readonly string[] | undefined;
}

export type NeutralFormat =
  /** Any JSON. */
  | { readonly kind: 'json' }
  | {
      readonly kind: 'schema';
      readonly name: string | undefined;
      readonly description: string | undefined;
      readonly schema: JsonObject;
      readonly strict: boolean | undefined;
    };

export type NeutralEffort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

export interface NeutralReasoning {
  /** `undefined` with a budget or with neither (the model decides). */
  readonly effort: NeutralEffort | undefined;
  /** Tokens. */
  readonly budget: number | undefined;
  /** Whether the caller wants to read the reasoning (or a summary). */
  readonly show: boolean | undefined;
}

/** Why the model stopped. `unknown` keeps the provider's own word. */
export type NeutralStop =
  | { readonly kind: 'end' }
  | { readonly kind: 'stopSequence'; readonly sequence: string | undefined }
  | { readonly kind: 'length' }
  | { readonly kind: 'toolCalls' }
  /** A content filter, or the provider's refusal. */
  | { readonly kind: 'filtered' }
  | { readonly kind: 'unknown'; readonly word: string };

/** A whole answer: one choice. */
export interface NeutralAnswer {
  /** The provider's id of the answer; empty where it gave none. */
  readonly id: string;
  readonly model: string;
  readonly parts: readonly NeutralAssistantPart[];
  /** `undefined`: the provider did not say. */
  readonly stop: NeutralStop | undefined;
  readonly usage: Usage | undefined;
}

/**
 * A streamed answer. Order as the provider sends it: parts follow each other, but calls may interleave (`call` tells them
 * apart). The same part is going on while the kind (and `call`) stays the same and no `partEnd` came.
 */
export type NeutralEvent =
  | { readonly kind: 'start'; readonly id: string; readonly model: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refusal'; readonly text: string }
  | { readonly kind: 'reasoning'; readonly text: string }
  /** Belongs to the reasoning before it; on its own where there was no text. */
  | { readonly kind: 'reasoningOpaque'; readonly opaque: NeutralOpaque }
  /** `call`: 0, 1, 2 in order of appearance. */
  | {
      readonly kind: 'toolCall';
      readonly call: number;
      readonly id: string;
      readonly name: string;
      readonly opaque: NeutralOpaque | undefined;
    }
  /** The next piece of a call's arguments. */
  | { readonly kind: 'arguments'; readonly call: number; readonly piece: string }
  /**
   * A part is over (where the format says so): this call, and no piece of it follows; without a `call`, the text or reasoning
   * that went on, and the next begins a part of its own.
   */
  | { readonly kind: 'partEnd'; readonly call?: number }
  /** Usage as known so far; the last one counts. */
  | { readonly kind: 'usage'; readonly usage: Usage }
  /** Why it stopped. Usage may still follow; nothing else does. */
  | { readonly kind: 'stop'; readonly stop: NeutralStop };
