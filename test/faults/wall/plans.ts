import type { WallError } from './answer.ts';

// The sixteen faults as data: what a model does with an attempt. All times are those of the table, in milliseconds; the wall
// divides them by its factor.

export type Plan = Refuse | Reset | Silent | Answer;

/** Answers with an error. */
export interface Refuse {
  readonly kind: 'refuse';
  readonly status: number;
  readonly error: WallError;
  readonly retryAfterMs?: number;
}

/** A TCP reset before any byte. */
export interface Reset {
  readonly kind: 'reset';
}

/** Takes the request and says nothing, until the other side leaves. */
export interface Silent {
  readonly kind: 'silent';
}

/** The sixty words; each of the rest is something that goes wrong on the way. */
export interface Answer {
  readonly kind: 'answer';
  /** The head comes at once, the first token after so long. */
  readonly firstTokenMs?: number;
  /** After so many tokens the socket is destroyed within a chunk, having been silent for so long. */
  readonly cut?: { readonly afterTokens: number; readonly silentMs: number };
  /** The event of this number (from 1) is no JSON; it stands between those of the answer. */
  readonly badEvent?: number;
  /** No end mark: the body ends without it, after so long. */
  readonly noDone?: { readonly heldMs: number };
}

/** What is known of an attempt when its plan is made. */
export interface Asked {
  /** Of the same model name, this one included. */
  readonly attempts: number;
  /** Since the first attempt at this model name, in the table's time. */
  readonly sinceFirstMs: number;
  /** Whether the last message is the assistant's. */
  readonly prefill: boolean;
}

/** How long the primary of row 15 is down. */
export const outageMs = 60_000;

/** Between two tokens. */
export const tokenMs = 15;

export const policyError: WallError = {
  message: 'Your request was rejected as a result of our safety system: it appears to ask for the wall to be taken down.',
  type: 'invalid_request_error',
  code: 'content_policy_violation',
};

export const prefillError: WallError = {
  message: 'This model does not support assistant message prefill. The conversation must end with a user message.',
  type: 'invalid_request_error',
  code: null,
};

const rateLimit: WallError = { message: 'Rate limit reached for requests.', type: 'requests', code: 'rate_limit_exceeded' };
const broken: WallError = { message: 'The server had an error while processing your request.', type: 'server_error', code: null };
const overloaded: WallError = { message: 'The engine is currently overloaded.', type: 'server_error', code: null };
const tooLong: WallError = {
  message: "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
  type: 'invalid_request_error',
  code: 'context_length_exceeded',
};
const unknownModel: WallError = { message: 'The model does not exist.', type: 'invalid_request_error', code: 'model_not_found' };

const healthy: Answer = { kind: 'answer' };
const unavailable: Refuse = { kind: 'refuse', status: 503, error: overloaded };
const cutMidway: Answer = { kind: 'answer', cut: { afterTokens: 40, silentMs: 0 } };

/** What each model does, by its name before `~`. */
const plans: Readonly<Record<string, (asked: Asked) => Plan>> = {
  healthy: () => healthy,
  fallback: () => healthy,
  'fallback-small': () => ({ kind: 'refuse', status: 400, error: tooLong }),
  'fallback-large': () => healthy,
  'fallback-strict': ({ prefill }) => (prefill ? { kind: 'refuse', status: 400, error: prefillError } : healthy),
  'fault-01': once({ kind: 'refuse', status: 429, error: rateLimit, retryAfterMs: 2_000 }),
  'fault-02': () => ({ kind: 'refuse', status: 429, error: rateLimit }),
  'fault-03': once({ kind: 'refuse', status: 500, error: broken }),
  'fault-04': () => unavailable,
  'fault-05': once({ kind: 'reset' }),
  'fault-06': () => ({ kind: 'silent' }),
  'fault-07': () => ({ kind: 'answer', firstTokenMs: 20_000 }),
  'fault-08': () => cutMidway,
  'fault-09': () => ({ kind: 'answer', cut: { afterTokens: 20, silentMs: 30_000 } }),
  'fault-10': () => ({ kind: 'answer', badEvent: 10 }),
  // The connection is used again, or it is forgotten open: the answer is complete in both cases.
  'fault-11': ({ attempts }) => ({ kind: 'answer', noDone: { heldMs: attempts % 2 === 1 ? 0 : 30_000 } }),
  'fault-12': () => ({ kind: 'refuse', status: 400, error: tooLong }),
  'fault-13': () => ({ kind: 'refuse', status: 400, error: policyError }),
  'fault-14': () => cutMidway,
  'fault-15': ({ sinceFirstMs }) => (sinceFirstMs < outageMs ? unavailable : healthy),
  'fault-16': () => unavailable,
};

export function planOf(base: string, asked: Asked): Plan {
  const plan = Object.hasOwn(plans, base) ? plans[base] : undefined;
  return plan === undefined ? { kind: 'refuse', status: 404, error: unknownModel } : plan(asked);
}

/** The first attempt meets this; those after it are answered. */
function once(fault: Plan): (asked: Asked) => Plan {
  return ({ attempts }) => (attempts === 1 ? fault : healthy);
}
