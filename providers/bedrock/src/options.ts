import { providerOptions, z } from '@express-ai-gateway/core/provider';
import type { CredentialOptions } from './credentials.ts';

export interface BedrockOptions extends CredentialOptions {
  /** Where the models run, e.g. `eu-central-1`. */
  readonly region: string;
  /** Default `bedrock`. */
  readonly name?: string;
  /** Default: the region's host. For VPC endpoints, FIPS hosts, other partitions than AWS and AWS China. */
  readonly baseUrl?: string | undefined;
  /** Restricts what can be addressed as `bedrock/<model>`. Default: any model. */
  readonly models?: readonly string[];
}

export interface BedrockAnthropicOptions extends BedrockOptions {
  /** Values of the client's `anthropic-beta` that are passed on besides those that Bedrock is known to take. */
  readonly betas?: readonly string[];
}

const regionRule = 'an AWS region such as eu-central-1';
const betaRule = 'a value such as context-1m-2025-08-07';

export const bedrockOptions = providerOptions.omit({ headers: true, quirks: true }).extend({
  name: providerOptions.shape.name.optional(),
  region: z.string({ error: regionRule }).regex(/^[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/, { error: regionRule }),
  credentials: z.unknown().optional(),
});

export const bedrockAnthropicOptions = bedrockOptions.extend({
  betas: z.array(z.string({ error: betaRule }).regex(/^[\w.-]{1,100}$/, { error: betaRule })).optional(),
});
