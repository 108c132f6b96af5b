import type { AttemptContext, Call, ModelCatalog, SpecialTokens, UsageBounds } from '@express-ai-gateway/core/plugin';
import { serverTool } from './server-tools.ts';

/** Counting tokens and judging texts cost nothing anywhere. */
const freeDialects: ReadonlySet<string> = new Set([
  'anthropic-count-tokens',
  'google-count-tokens',
  'openai-input-tokens',
  'openai-moderations',
]);

/** What an attempt uses at most; or why nobody can tell. */
export type Bounds =
  | { readonly kind: 'free' }
  | { readonly kind: 'bounded'; readonly usage: UsageBounds }
  | { readonly kind: 'unbounded'; readonly why: string };

/** Tokens that a provider puts around a prompt: roles, markers, its own instructions for tools. Measured ones are below a thousand. */
const framingTokens = 2_000;

/**
 * Holds an attempt to an answer of some length, and says what it uses at most then. Input: the bytes of its body, for a byte-level
 * tokenizer makes no more tokens of a text than it has bytes (MONEY-13); where there is more to it than text, the model's whole window.
 */
export function boundsOf(attempt: AttemptContext, catalog: ModelCatalog, usualOutput: number): Bounds {
  const { call } = attempt.exchange;
  if (freeDialects.has(call.dialect)) return { kind: 'free' };
  if (call.opaque === true) return { kind: 'unbounded', why: 'it passes unread' };
  const facts = catalog.facts(attempt.target);
  const outputTokens = limitedOutput(attempt, usualOutput, facts?.maxOutputTokens);
  if (outputTokens === undefined) return { kind: 'unbounded', why: 'how long its answers may be is not known' };
  const more = moreThanText(call);
  if (more === undefined) {
    const special = specialOf(call);
    const inputTokens = attempt.byteLength() + framingTokens;
    return { kind: 'bounded', usage: { inputTokens, outputTokens, ...(special !== undefined && { special }) } };
  }
  const tool = serverTool(call);
  if (tool !== undefined) return { kind: 'unbounded', why: `the provider runs the tool ${tool} as often as it likes` };
  if (facts?.contextTokens === undefined)
    return { kind: 'unbounded', why: `it has ${more}, and the context window of ${attempt.target.id} is not known` };
  return { kind: 'bounded', usage: { inputTokens: facts.contextTokens, outputTokens } };
}

/** Tokens of all answers together; `undefined` where nobody knows. One that may be longer than its model can write is held to what it can (MONEY-4). */
function limitedOutput(attempt: AttemptContext, usual: number, longest: number | undefined): number | undefined {
  const bound = attempt.answerLimit();
  if (bound === undefined || bound.answers === 0) return bound?.answers;
  const most = Math.min(bound.tokens ?? usual, longest ?? Number.MAX_SAFE_INTEGER);
  const tokens = Math.max(1, most);
  if (bound.tokens === undefined || bound.tokens > tokens) attempt.limitAnswer(tokens);
  return tokens * bound.answers;
}

/** What makes a prompt cost more than its bytes say. */
function moreThanText(call: Call): string | undefined {
  if (serverTool(call) !== undefined) return 'tools of the provider';
  if (call.states.length > 0) return 'a conversation that the provider keeps';
  if (call.attachments().length > 0) return 'images, sounds or files';
  return undefined;
}

/** Kinds of tokens with prices of their own that a text may use; all where answers may be more than text. */
function specialOf({ dialect, body }: Call): readonly SpecialTokens[] | undefined {
  if (dialect.startsWith('anthropic-')) return undefined; // an hour of cache is asked for anywhere in the prompt
  const config = body.generationConfig ?? body.generation_config;
  const isTextAlone = body.modalities === undefined && body.audio === undefined && !JSON.stringify(config ?? null).includes('odalities');
  return isTextAlone ? [] : undefined;
}
