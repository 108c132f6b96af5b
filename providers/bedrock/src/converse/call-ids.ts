import { hash } from 'node:crypto';
import type { CallIdRules } from '@express-ai-gateway/core/provider';
import type { BedrockModel } from './models.ts';

/** Converse's own ids begin so (API reference, ToolUseBlock). */
export const callIdRules: CallIdRules = { prefix: 'tooluse_', taken: /^[\w-]{1,64}$/ };

/**
 * An id of a call as the model takes it, of those that Converse takes. Always the same
 * for the same id: another one each turn would cost the provider's prompt cache.
 */
export function modelCallId(id: string, { shortIds }: BedrockModel): string {
  if (!shortIds || /^[A-Za-z0-9]{9}$/.test(id)) return id;
  return hash('sha256', id, 'hex').slice(0, 9);
}
