export type { AwsCredentialSource } from './credentials.ts';
export type { BedrockAnthropicOptions, BedrockOptions } from './options.ts';
export { bedrock, bedrockAnthropic } from './provider.ts';
export type { AwsCredentials } from './signature.ts';
