import type { CallIdRules } from '../../translate/call-id.ts';

/** What Anthropic takes: `^[a-zA-Z0-9_-]+$`, and 64 characters at most. Responses' ids may have 450, and a `|` in them. */
export const callIdRules: CallIdRules = { prefix: 'toolu_', taken: /^[\w-]{1,64}$/ };
