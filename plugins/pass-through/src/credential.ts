import type { Credential, Provider } from '@express-ai-gateway/core/plugin';

/**
 * Which of a provider's credentials a caller's requests show: always the same one. Files and jobs belong to the account that
 * made them, and would not be found with the credential of another.
 */
export function credentialFor(provider: Provider, caller: string): Credential {
  const { credentials } = provider;
  return credentials[hash(caller) % credentials.length] as Credential;
}

/** FNV-1a. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (const byte of Buffer.from(text)) state = Math.imul(state ^ byte, 0x01000193);
  return state >>> 0;
}
