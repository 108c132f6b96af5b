import type { BilledTool, PricedCall, Usage } from '@express-ai-gateway/core/plugin';
import type { TokenKind } from './price-list.ts';
import { joinedTier, serviceTier } from './service-tier.ts';
import { toolCounts } from './tool-counts.ts';
import { fieldOf, isRecord, type RawRecord, tokensIn } from './usage-fields.ts';

/** A usage, taken apart into what has a price. Every token is in exactly one kind. */
export interface Billable {
  /** All input tokens: steps of length go by them. */
  readonly input: number;
  readonly tokens: { readonly [Kind in TokenKind]?: number };
  readonly calls: { readonly [Tool in BilledTool]?: number };
  readonly tier: string;
  /** The output was not counted. */
  readonly silent: boolean;
}

/** What was billed, or why there is no telling. */
export function billable(usage: Usage, call: PricedCall = {}): Billable | { readonly why: string } {
  const { input, output } = usage;
  if (input === undefined) return { why: 'the input was not counted' };
  const raw = isRecord(usage.raw) ? usage.raw : {};
  const tokens = { ...inputKinds(input, usage, raw), ...outputKinds(output ?? 0, usage, raw) };
  const odd = Object.values(tokens).some((count) => !Number.isFinite(count) || count < 0 || count > Number.MAX_SAFE_INTEGER);
  if (odd) return { why: 'its counts of tokens do not add up' };
  const calls = toolCounts(usage, call.toolCalls);
  if ('why' in calls) return calls;
  return { input, tokens, calls: calls.calls, tier: tierOf(usage, raw, call), silent: output === undefined };
}

function inputKinds(input: number, { cacheRead = 0, cacheWrite = 0 }: Usage, raw: RawRecord): Billable['tokens'] {
  const prompt = mediaOf(raw, inputPlaces);
  const cached = mediaOf(raw, cachePlaces);
  const cacheWriteHour = writtenForAnHour(raw);
  const kinds = {
    cacheRead: cacheRead - cached.audio - cached.image,
    cacheReadAudio: cached.audio,
    cacheReadImage: cached.image,
    cacheWrite: cacheWrite - cacheWriteHour,
    cacheWriteHour,
    inputAudio: prompt.audio - cached.audio,
    // The prompt's counts include what of it was cached.
    inputImage: prompt.image - cached.image,
    inputVideo: prompt.video - cached.video,
  };
  return { ...kinds, input: input - cacheRead - cacheWrite - kinds.inputAudio - kinds.inputImage - kinds.inputVideo };
}

function outputKinds(output: number, { reasoning = 0 }: Usage, raw: RawRecord): Billable['tokens'] {
  const said = mediaOf(raw, outputPlaces);
  return {
    reasoning,
    outputAudio: said.audio,
    outputImage: said.image,
    outputVideo: said.video,
    output: output - reasoning - said.audio - said.image - said.video,
  };
}

/** What the provider reports counts more than what was asked of it. */
function tierOf(usage: Usage, raw: RawRecord, call: PricedCall): string {
  const asked = serviceTier(call.serviceTier);
  // Anthropic's fast mode and its place have fields of their own, and prices as tiers have.
  return joinedTier([serviceTier(usage.serviceTier) ?? asked, serviceTier(raw.speed), serviceTier(raw.inference_geo)]);
}

/** Anthropic's cache for an hour costs more to write than that for five minutes, and is counted within the total. */
function writtenForAnHour(raw: RawRecord): number {
  return isRecord(raw.cache_creation) ? tokensIn(raw.cache_creation.ephemeral_1h_input_tokens) : 0;
}

interface Media {
  readonly audio: number;
  readonly image: number;
  readonly video: number;
}

// Chat names its details after the prompt, Responses after the input, Realtime in the singular; Google lists them by modality.
const inputPlaces = ['prompt_tokens_details', 'input_tokens_details', 'input_token_details'];
const outputPlaces = ['completion_tokens_details', 'output_tokens_details', 'output_token_details'];
const cachePlaces = ['cached_tokens_details'];
const lists: ReadonlyMap<readonly string[], readonly string[]> = new Map([
  [inputPlaces, ['promptTokensDetails', 'toolUsePromptTokensDetails']],
  [outputPlaces, ['candidatesTokensDetails']],
  [cachePlaces, ['cacheTokensDetails']],
]);

/** Tokens that are no text. */
function mediaOf(raw: RawRecord, places: readonly string[]): Media {
  // What is cached stands within the input's details.
  const holder = places === cachePlaces ? (inputPlaces.map((place) => raw[place]).find(isRecord) ?? {}) : raw;
  const details = places.map((place) => holder[place]).find(isRecord) ?? {};
  const listed = (lists.get(places) ?? []).flatMap((list) => modalities(fieldOf(raw, list)));
  const count = (name: 'audio' | 'image' | 'video'): number =>
    listed.filter(({ modality }) => modality === name).reduce((sum, { tokens }) => sum + tokens, tokensIn(details[`${name}_tokens`]));
  return { audio: count('audio'), image: count('image'), video: count('video') };
}

function modalities(list: unknown): { readonly modality: string; readonly tokens: number }[] {
  if (!Array.isArray(list)) return [];
  return list.filter(isRecord).map((one) => ({
    modality: typeof one.modality === 'string' ? one.modality.toLowerCase() : '',
    tokens: tokensIn(fieldOf(one, 'tokenCount')),
  }));
}
