import type { CallerView, Received } from './caller.ts';
import { criteria } from './criteria.ts';
import type { Evidence } from './evidence.ts';
import { answerText } from './wall/answer.ts';
import type { ProviderView } from './wall/case-log.ts';
import { policyError, prefillError } from './wall/plans.ts';

/**
 * - `pass`: the caller got what the row asks for, in time, and the provider saw what it should.
 * - `partial`: the caller got it, but not all of the row is kept: too late, too many attempts, too early ones, the wrong
 *   model or usage named, an upstream request left open. The reason names each.
 * - `safe`: the caller did not get it, and knows: an error's status, an error in the stream, or a connection that broke.
 * - `fail`: the caller is misled (what looks complete is not, or what came is no part of the answer), or gets what must not
 *   reach it, or waits for ever, or the gateway does not serve the next request.
 */
export interface Verdict {
  readonly word: 'pass' | 'partial' | 'safe' | 'fail';
  readonly reason: string;
}

/** Judges by both views; the worst word that holds. */
export function judge(evidence: Evidence): Verdict {
  const failure = failureOf(evidence);
  if (failure !== undefined) return { word: 'fail', reason: failure };
  const missing = missingOf(evidence);
  if (missing !== undefined) return { word: 'safe', reason: missing };
  const complaints = criteria(evidence);
  return complaints.length === 0 ? { word: 'pass', reason: '' } : { word: 'partial', reason: complaints.join('; ') };
}

function failureOf({ row, caller, provider }: Evidence): string | undefined {
  if (row.number === 13 && isRoutedAround(caller, provider)) return 'the refusal was routed around';
  for (const received of caller.requests) {
    const failure = misleading(received);
    if (failure !== undefined) return failure;
    if (received.error?.message.includes(prefillError.message)) return 'the caller was shown an error of the recovery';
  }
  return whyUnserved(caller.afterwards) === undefined ? undefined : 'a healthy request afterwards was not served';
}

/** Why a request is worse than one that failed. */
function misleading(received: Received): string | undefined {
  if (received.end === 'gave up') return 'the caller waited for ever';
  if (received.badEvents > 0) return 'an event that is no JSON reached the caller';
  if (!answerText.startsWith(received.text)) return 'the caller got text that is no part of the answer';
  const looksComplete = received.end === 'clean' || received.done || received.finishReason !== undefined;
  if (received.text !== answerText && received.error === undefined && looksComplete) return 'a truncated answer looks complete';
  return undefined;
}

function missingOf({ row, caller }: Evidence): string | undefined {
  for (const received of caller.requests) {
    const missing = row.number === 13 ? whyUninformed(received) : whyUnserved(received);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

/** Why a request has no whole answer. */
function whyUnserved({ status, error, end, text }: Received): string | undefined {
  if (error !== undefined) return status === 200 ? 'an error in the stream' : `status ${status}`;
  if (end !== 'clean') return status === undefined ? 'no answer' : 'the connection broke';
  return text === answerText ? undefined : 'no answer';
}

/** The provider's own reason is what the caller needs to change its request. */
function whyUninformed({ error }: Received): string | undefined {
  const told = error?.code === policyError.code && error.message.includes(policyError.message);
  return told ? undefined : "an error without the provider's reason";
}

function isRoutedAround({ requests }: CallerView, { attempts }: ProviderView): boolean {
  return requests.some(({ text }) => text !== '') || attempts.some(({ base }) => base.startsWith('fallback'));
}
