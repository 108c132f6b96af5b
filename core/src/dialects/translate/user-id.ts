import { hash } from 'node:crypto';

/**
 * An id of the end user as OpenAI's formats take it. Claude Code's has some 150 characters; OpenRouter takes 128, OpenAI's
 * `safety_identifier` 64.
 */
export function userId(user: string): string {
  return user.length <= 64 ? user : hash('sha256', user, 'hex');
}
