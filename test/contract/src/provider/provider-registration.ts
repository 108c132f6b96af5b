import type { Provider } from '@express-ai-gateway/core/provider';

/** What the kit must know of a provider to test it. */
export interface ProviderRegistration {
  /** Makes it, as an application would, of the secrets below. */
  readonly provider: () => Provider;
  /** Every secret that goes in: keys, tokens. Long and odd enough (12 characters) not to be found by chance. */
  readonly secrets: readonly string[];
  /** A model that it serves. Default: the first of its `models`, else `kit-model`. */
  readonly model?: string;
  /** For providers with a framing of their own: a stream as it arrives, and what it must become. */
  readonly stream?: StreamSample;
}

export interface StreamSample {
  readonly dialect: string;
  /** A whole stream, of a few events. */
  readonly bytes: Uint8Array;
  /** The same as server-sent events of the dialect, frame after frame. */
  readonly events: string;
}

/** The model to ask for. */
export function modelOf({ model }: ProviderRegistration, provider: Provider): string {
  return model ?? provider.models?.[0] ?? 'kit-model';
}
