import type { ProviderCheckName } from '../provider-check.ts';
import type { ProviderRegistration } from '../provider-registration.ts';
import { addsHeaders } from './adds-headers.ts';
import { decodesPerChunk, lines } from './decodes-per-chunk.ts';
import { hidesItsKey } from './hides-its-key.ts';
import { keyInPath } from './key-in-path.ts';
import { knowsFewModels } from './knows-few-models.ts';
import { secret } from './made.ts';
import { rewritesBody } from './rewrites-body.ts';
import { shoutsHeaders } from './shouts-headers.ts';
import { staysSoft } from './stays-soft.ts';

/** A provider with one mistake, and the check that must find it. */
export interface BrokenProvider {
  readonly name: string;
  readonly registration: ProviderRegistration;
  readonly caughtBy: ProviderCheckName;
}

const secrets = [secret];

/** Mistakes that providers make, one each: they show that the checks see. */
export const brokenProviders: readonly BrokenProvider[] = [
  { name: 'stays-soft', registration: { provider: staysSoft, secrets }, caughtBy: 'frozen' },
  { name: 'key-in-path', registration: { provider: keyInPath, secrets }, caughtBy: 'no-print' },
  { name: 'knows-few-models', registration: { provider: knowsFewModels, secrets, model: 'small' }, caughtBy: 'paths' },
  { name: 'shouts-headers', registration: { provider: shoutsHeaders, secrets }, caughtBy: 'headers' },
  { name: 'adds-headers', registration: { provider: addsHeaders, secrets }, caughtBy: 'credentials' },
  { name: 'rewrites-body', registration: { provider: rewritesBody, secrets }, caughtBy: 'body' },
  { name: 'hides-its-key', registration: { provider: hidesItsKey, secrets }, caughtBy: 'scrub' },
  { name: 'decodes-per-chunk', registration: { provider: decodesPerChunk, secrets, stream: lines }, caughtBy: 'framing' },
];
