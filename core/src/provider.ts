// The face for provider authors: what a package needs to bring an upstream of its own. It imports from here and nowhere else
// in the gateway.

export { z } from 'zod';
export { deepFreeze } from './deep-freeze.ts';
// What Claude's models take, for formats other than Anthropic's own that reach them.
export { type ModelTraits, modelTraits } from './dialects/anthropic-messages/translate/claude-models.ts';
export { type ConstrainedSchema, constrainedSchema } from './dialects/anthropic-messages/translate/constrained-schema.ts';
export { type EncodedThinking, encodeThinking, type ThinkingAbout } from './dialects/anthropic-messages/translate/encode-thinking.ts';
export type {
  AnswerLimit,
  CallAddress,
  CallDialect,
  CallFacts,
  FrameVerdict,
  GatewayAnswer,
  ObserveOptions,
  StreamDialect,
  StreamObserver,
  TextPlace,
} from './dialects/dialect.ts';
export { readOpaque, writeOpaque } from './dialects/opaque.ts';
export { frameData, parseFrameData } from './dialects/sse.ts';
// What translators have in common.
export type { CallIdRules } from './dialects/translate/call-id.ts';
export { type Answered, CallResults } from './dialects/translate/call-results.ts';
export { effortOfBudget } from './dialects/translate/effort.ts';
export { jsonText, objectsIn, textOf } from './dialects/translate/lenient.ts';
export { Losses, refused } from './dialects/translate/losses.ts';
export { mergeTurns } from './dialects/translate/merge-turns.ts';
export { outputLimit } from './dialects/translate/output-limit.ts';
export { present } from './dialects/translate/present.ts';
export { noResult, orphanIntroduction } from './dialects/translate/result-texts.ts';
export { splitSystem, systemReminder } from './dialects/translate/system-turns.ts';
export { argumentsObject, argumentsPiece, argumentsText } from './dialects/translate/tool-arguments.ts';
export { type ChosenTools, chooseTools } from './dialects/translate/tool-choice.ts';
export type {
  AnswerAbout,
  ChatTranslation,
  NeutralReader,
  NeutralWriter,
  RequestAbout,
  TargetQuirks,
  TargetTraits,
} from './dialects/translation.ts';
export { GatewayConfigError, GatewayError } from './errors.ts';
export type { JsonDocument } from './json/document.ts';
export { parseExact } from './json/exact.ts';
export type { Attachment, DialectId, TextScope } from './model/call.ts';
export type { EventText } from './model/events.ts';
export { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from './model/json.ts';
export type * from './model/neutral.ts';
export { tokenCount, type Usage } from './model/usage.ts';
export { type CredentialSpec, defineProvider, type ProviderSpec } from './providers/define-provider.ts';
export { bearerKeys } from './providers/keys.ts';
export type {
  BodyEditor,
  Credential,
  FrameDecoder,
  Framing,
  HeaderPairs,
  OutgoingRequest,
  PrepareAbout,
  Provider,
  ProviderQuirks,
} from './providers/provider.ts';
export { checkOptions, kindOf, oneOf, placeOf, providerOptions, refuse } from './providers/provider-options.ts';
export type { ProviderPath } from './providers/provider-path.ts';
