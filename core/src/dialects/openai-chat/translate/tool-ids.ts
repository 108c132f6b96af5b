import { hash } from 'node:crypto';

/** OpenAI's limit for ids of tool calls (vercel/ai#8132, Portkey-AI/gateway#1062); Responses' own may be ten times as long. */
const maxLength = 40;

/**
 * An id of a call as Chat takes it. Always the same for the same id: another one each turn would cost the provider's prompt
 * cache. `place` is unique in its conversation, for a call without an id.
 */
export function chatCallId(id: string, place: string): string {
  if (id === '') return hashedCallId(`at ${place}`);
  return id.length <= maxLength ? id : hashedCallId(id);
}

function hashedCallId(text: string): string {
  return `call_${hash('sha256', text, 'hex').slice(0, 24)}`;
}
