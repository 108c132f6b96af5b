import type { BodyInspector, Provider } from '@express-ai-gateway/core/plugin';
import { boundaryOf, FieldInspector } from './multipart.ts';
import { plainPath } from './paths.ts';
import { refusal } from './refusals.ts';

/** A request that may run a batch, or prepare one. */
export interface Asked {
  readonly method: string;
  /** At the provider. */
  readonly path: string;
  readonly contentType: string | undefined;
  readonly provider: Provider;
}

/**
 * Refuses what would run a batch: its requests are made at the provider, out of sight of every plugin. A file for one is refused
 * as it passes, by the returned inspector. Looking at batches, and ending them, is nobody's cost.
 */
export function refuseBatches({ method, path, contentType, provider }: Asked): BodyInspector | undefined {
  if (method !== 'POST') return undefined;
  const plain = plainPath(path);
  if (/\/batches$/.test(plain) || /:(?:async)?batch\w*$/.test(plain)) throw refusal('PASS_THROUGH_BATCH');
  if (!/\/files$/.test(plain) || !speaksOpenAI(provider)) return undefined;
  const boundary = boundaryOf(contentType ?? '');
  if (boundary === undefined) throw refusal('PASS_THROUGH_FORM');
  return new FieldInspector(boundary, 'purpose', (value) => {
    if (value.toLowerCase().startsWith('batch')) throw refusal('PASS_THROUGH_BATCH');
  });
}

/** Its files say what they are for. */
function speaksOpenAI({ paths }: Provider): boolean {
  return Object.keys(paths).some((dialect) => dialect.startsWith('openai-'));
}
