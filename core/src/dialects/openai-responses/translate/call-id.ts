import type { CallIdRules } from '../../translate/call-id.ts';

/** OpenAI's limit for `call_id`. */
export const callIdRules: CallIdRules = { prefix: 'call_', taken: /^.{1,64}$/s };
