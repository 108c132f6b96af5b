import type { CallIdRules } from '../../translate/call-id.ts';

/** OpenAI's limit is 40 characters (vercel/ai#8132, Portkey-AI/gateway#1062); Responses' own ids may be ten times as long. */
export const callIdRules: CallIdRules = { prefix: 'call_', taken: /^.{1,40}$/s };
