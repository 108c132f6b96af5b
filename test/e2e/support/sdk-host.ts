import express from 'express';
import { expect, onTestFinished, vi } from 'vitest';
import type { GatewayConfig } from '../../../core/src/config.ts';
import { definePlugin, type GatewayPlugin } from '../../../core/src/define-plugin.ts';
import { GatewayError, type Refusal } from '../../../core/src/errors.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { maskDigits } from '../../contract/src/samples/mask-digits.ts';
import { type RecordedRequest, type SimulatedProvider, startSimulatedProvider } from '../../contract/src/simulated-provider.ts';
import { listening } from '../../core/harness/loopback.ts';
import { guestGateway } from './hosts.ts';

/** An Express app with the gateway, before a provider that is a server of its own: what a real client is pointed at. */
export interface SdkHost {
  /** The base URL of the OpenAI SDK, with `/v1`. */
  readonly baseURL: string;
  readonly provider: SimulatedProvider;
  /** Resolves once the provider has this many requests. */
  asked(count: number): Promise<void>;
  /** Resolves once the provider's last request ended like this. */
  ended(outcome: NonNullable<RecordedRequest['outcome']>): Promise<void>;
}

const patience = { timeout: 5_000, interval: 5 };

/** The provider is `sim`; `chat` and `embed` are aliases; `sim/<model>` reaches the models that misbehave. */
export async function sdkHost(config: Partial<GatewayConfig> = {}): Promise<SdkHost> {
  const provider = await startSimulatedProvider({ apiKey: 'sk-operators-own', tokenMs: 1 });
  onTestFinished(() => provider.close());
  const { gateway } = guestGateway(provider.url, {
    providers: [openaiCompatible({ name: 'sim', baseUrl: provider.url, apiKey: 'sk-operators-own' })],
    models: { chat: 'sim/gpt-sim', embed: 'sim/embed-sim' },
    ...config,
  });
  const { url } = await listening(express().use('/ai', gateway));
  return {
    baseURL: `${url}/ai/v1`,
    provider,
    asked: (count) => vi.waitFor(() => expect(provider.requests).toHaveLength(count), patience),
    ended: (outcome) => vi.waitFor(() => expect(provider.requests.at(-1)?.outcome).toBe(outcome), patience),
  };
}

/** A text as the sample plugin leaves it. */
export function masked(text: string): string {
  return text.replace(/\d/g, '#');
}

/** Each client once with streams as the provider wrote them, once with streams that a plugin wrapped. */
export const manners: readonly {
  readonly manner: string;
  readonly plugins: readonly GatewayPlugin[];
  readonly said: (text: string) => string;
}[] = [
  { manner: 'untouched', plugins: [], said: (text) => text },
  { manner: 'with a plugin that changes texts', plugins: [maskDigits()], said: masked },
];

/** A plugin that refuses each of its first requests like this, in turn; later ones pass. */
export function refusing(...refusals: readonly Refusal[]): GatewayPlugin {
  let count = 0;
  return definePlugin({
    name: 'refusing',
    create: () => ({
      onRequest: () => {
        const refusal = refusals[count];
        count += 1;
        if (refusal !== undefined) throw new GatewayError(refusal);
      },
    }),
  })();
}
