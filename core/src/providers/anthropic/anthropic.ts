import { z } from 'zod';
import { type AccessToken, accessToken } from '../access-token.ts';
import { type CredentialSpec, defineProvider } from '../define-provider.ts';
import { headerKeys } from '../keys.ts';
import type { Provider } from '../provider.ts';
import { checkOptions, oneOf, providerOptions } from '../provider-options.ts';

export interface AnthropicOptions {
  /** Sent as `x-api-key`; several are used in turn. */
  readonly apiKey?: string | readonly string[] | undefined;
  /** In place of `apiKey`: sent as a bearer token. */
  readonly authToken?: AccessToken | undefined;
  /** Default `anthropic`. */
  readonly name?: string;
  /** With or without `/v1`. Default `https://api.anthropic.com`. */
  readonly baseUrl?: string | undefined;
  /** The `anthropic-version` of requests whose client did not name one. Default `2023-06-01`. */
  readonly version?: string;
  /** Restricts what can be addressed as `anthropic/<model>`. Default: any model. */
  readonly models?: readonly string[];
}

const versionRule = 'a version such as 2023-06-01';

const optionsSchema = providerOptions.omit({ headers: true, quirks: true }).extend({
  name: providerOptions.shape.name.optional(),
  authToken: z.unknown().optional(),
  version: z
    .string({ error: versionRule })
    .regex(/^\d{4}-\d{2}-\d{2}$/, { error: versionRule })
    .optional(),
});

/** Anthropic itself. */
export function anthropic(options: AnthropicOptions): Provider {
  const name = options?.name ?? 'anthropic';
  checkOptions(name, options, optionsSchema);
  return defineProvider({
    name,
    baseUrl: withoutVersion(options.baseUrl ?? 'https://api.anthropic.com'),
    paths: { 'anthropic-messages': '/v1/messages', 'anthropic-count-tokens': '/v1/messages/count_tokens' },
    dialectHeaders: anthropicVersion(options.version),
    credentials: credentialsOf(name, options),
    models: options.models,
  });
}

/** The header that Anthropic's formats need, for clients that speak another. */
export function anthropicVersion(version = '2023-06-01'): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const header = { 'anthropic-version': version };
  return { 'anthropic-messages': header, 'anthropic-count-tokens': header };
}

function credentialsOf(name: string, options: AnthropicOptions): CredentialSpec[] {
  if (oneOf(name, options, ['apiKey', 'authToken']) === 'apiKey') return headerKeys(name, 'x-api-key', options.apiKey);
  return [accessToken(name, 'authToken', options.authToken)];
}

/** Anthropic's own SDK takes its base URL without `/v1`, others take it with: both mean the same place. */
function withoutVersion(baseUrl: string): string {
  return typeof baseUrl === 'string' ? baseUrl.replace(/\/v1\/*$/, '') : baseUrl;
}
