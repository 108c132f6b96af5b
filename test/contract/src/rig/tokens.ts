import type { PluginNeed, Token } from '@express-ai-gateway/core/plugin';

/** Whether a need is a service; slots are needs, too. */
export function isToken(need: PluginNeed): need is Token {
  return need.kind === 'token';
}
