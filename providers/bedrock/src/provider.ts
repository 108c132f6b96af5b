import { checkOptions, defineProvider, type Provider } from '@express-ai-gateway/core/provider';
import { prepareAnthropicBody } from './anthropic-body.ts';
import { bedrockBetas } from './betas.ts';
import { bedrockConverse } from './converse/converse.ts';
import { credentialSpecs } from './credentials.ts';
import { eventStreamFraming } from './framing.ts';
import { type BedrockAnthropicOptions, type BedrockOptions, bedrockAnthropicOptions, bedrockOptions } from './options.ts';

/** Every chat model of Amazon Bedrock, through Converse: calls of all chat formats are translated to it. */
export function bedrock(options: BedrockOptions): Provider {
  const name = options?.name ?? 'bedrock';
  checkOptions(name, options, bedrockOptions);
  return defineProvider({
    name,
    baseUrl: options.baseUrl ?? runtimeHost(options.region),
    paths: { 'bedrock-converse': { whole: '/model/{model}/converse', stream: '/model/{model}/converse-stream', oneSegment: true } },
    credentials: credentialSpecs(name, options),
    models: options.models,
    dialects: [bedrockConverse],
    framing: eventStreamFraming,
  });
}

/**
 * Claude on Amazon Bedrock in Anthropic's own format: what its clients send arrives as they wrote it. A target of this
 * provider says by its name which of the two it means; Bedrock serves both for the same models.
 */
export function bedrockAnthropic(options: BedrockAnthropicOptions): Provider {
  const name = options?.name ?? 'bedrock-anthropic';
  checkOptions(name, options, bedrockAnthropicOptions);
  const betas = [...bedrockBetas, ...(options.betas ?? [])];
  return defineProvider({
    name,
    baseUrl: options.baseUrl ?? runtimeHost(options.region),
    paths: {
      'anthropic-messages': { whole: '/model/{model}/invoke', stream: '/model/{model}/invoke-with-response-stream', oneSegment: true },
    },
    // The version stands in the body here.
    headerValues: { 'anthropic-messages': { 'anthropic-beta': betas, 'anthropic-version': [] } },
    credentials: credentialSpecs(name, options),
    models: options.models,
    prepare: (editor, about) => prepareAnthropicBody(editor, about, betas),
    framing: eventStreamFraming,
  });
}

function runtimeHost(region: string): string {
  return `https://bedrock-runtime.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}
