import { hash } from 'node:crypto';

/** What Anthropic takes: `^[a-zA-Z0-9_-]+$`, and 64 characters at most. Responses' ids may have 450, and a `|` in them. */
const taken = /^[\w-]{1,64}$/;

/**
 * An id of a call as Messages takes it. Always the same for the same id: another one each turn would cost the provider's
 * prompt cache. `place` is unique in its conversation, for a call without an id.
 */
export function messagesCallId(id: string, place: string): string {
  if (id === '') return hashedCallId(`at ${place}`);
  return taken.test(id) ? id : hashedCallId(id);
}

function hashedCallId(text: string): string {
  return `toolu_${hash('sha256', text, 'hex').slice(0, 24)}`;
}
