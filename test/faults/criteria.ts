import type { Received } from './caller.ts';
import type { Evidence } from './evidence.ts';
import { mostAttempts, outage } from './rows.ts';
import { answerTokens, reportedModel, usageOf } from './wall/answer.ts';
import type { Attempt } from './wall/case-log.ts';

/** What is asked of a gateway besides the answer; each complaint names what was seen. */
type Criterion = (evidence: Evidence) => string[];

/** By the row's number; what holds for all rows stands below. */
const ofRow: Readonly<Record<number, readonly Criterion[]>> = {
  1: [waitsAsTold, (evidence) => mostWithin(evidence, 2, 1_500, evidence.provider.attempts)],
  2: [(evidence) => mostWithin(evidence, 4, 3_000, primary(evidence))],
  3: [(evidence) => exactly(evidence, 2, 0)],
  6: [(evidence) => most(evidence, 1)],
  10: [(evidence) => exactly(evidence, 1, 0)],
  11: [(evidence) => exactly(evidence, evidence.row.requests.length, 0), (evidence) => told(evidence, 'usage', 'fault-11')],
  12: [(evidence) => most(evidence, 1), onlyLarger],
  13: [(evidence) => most(evidence, 1), statusKept],
  14: [learnsOnce],
  15: [fewInOutage, returnsInTime],
  16: [(evidence) => told(evidence, 'model', 'fallback'), (evidence) => told(evidence, 'usage', 'fallback')],
};

export function criteria(evidence: Evidence): string[] {
  const own = ofRow[evidence.row.number] ?? [];
  return [faultMet, ...own, fewAttempts, inTime, wellEnded, nothingLeft].flatMap((criterion) => criterion(evidence));
}

function primary({ row, provider }: Evidence): Attempt[] {
  const base = row.route.targets[0]?.model.split('~')[0];
  return provider.attempts.filter((attempt) => attempt.base === base);
}

/** Whoever never asks the primary has proven nothing. */
function faultMet(evidence: Evidence): string[] {
  return complaint(primary(evidence).length === 0, 'the primary was never asked');
}

function most(evidence: Evidence, limit: number): string[] {
  const { length } = primary(evidence);
  return complaint(length > limit, `${length} attempts at the primary, at most ${limit} allowed`);
}

function fewAttempts(evidence: Evidence): string[] {
  return evidence.row.number === 15 ? [] : most(evidence, mostAttempts * evidence.row.requests.length);
}

function exactly(evidence: Evidence, primaries: number, others: number): string[] {
  const asked = primary(evidence).length;
  const elsewhere = evidence.provider.attempts.length - asked;
  const wrong = asked !== primaries || elsewhere !== others;
  return complaint(wrong, `${asked} + ${elsewhere} attempts at primary and fallback, expected ${primaries} + ${others}`);
}

function mostWithin({ profile }: Evidence, limit: number, ms: number, attempts: readonly Attempt[]): string[] {
  const first = attempts[0]?.cameAt ?? 0;
  const early = attempts.filter(({ cameAt }) => cameAt - first < ms / profile.factor).length;
  return complaint(early > limit, `${early} attempts in the first ${ms} ms, at most ${limit} allowed`);
}

/** `Retry-After: 2`, from when it was said; a tenth of it is granted. */
function waitsAsTold(evidence: Evidence): string[] {
  const [first, second] = primary(evidence);
  if (first === undefined || second === undefined) return [];
  const waited = (second.cameAt - (first.headAt ?? first.cameAt)) * evidence.profile.factor;
  return complaint(waited < 1_800, `asked again after ${Math.round(waited)} ms, told to wait 2000`);
}

function statusKept({ caller }: Evidence): string[] {
  return caller.requests.flatMap(({ status }) => complaint(status !== 400, `status ${status}, the provider's is 400`));
}

/** What is too long for the one is too long for the other. */
function onlyLarger({ provider }: Evidence): string[] {
  const asked = provider.attempts.filter(({ base }) => base === 'fallback-small').length;
  return complaint(asked > 0, `${asked} attempts at a target whose window is no larger`);
}

/** A target that rejects a prefill may say so once; it is known then. */
function learnsOnce({ provider }: Evidence): string[] {
  const prefilled = provider.attempts.filter(({ base, prefill }) => base === 'fallback-strict' && prefill).length;
  return complaint(prefilled > 1, `${prefilled} prefills at a target that rejects them`);
}

function fewInOutage(evidence: Evidence): string[] {
  const failed = primary(evidence).filter(({ status }) => status === 503).length;
  return complaint(failed > outage.mostAttempts, `${failed} attempts in the outage, at most ${outage.mostAttempts} allowed`);
}

function returnsInTime(evidence: Evidence): string[] {
  const attempts = primary(evidence);
  const [first] = attempts;
  const back = attempts.find(({ status, end }) => status === 200 && end === 'answered');
  if (first === undefined || back === undefined) return ['the primary never served again'];
  const { factor, slackMs } = evidence.profile;
  const late = back.cameAt - first.cameAt - (outage.lastsMs + outage.probeMs + outage.everyMs) / factor;
  return complaint(late > slackMs, `the primary served again ${Math.round(late * factor)} ms too late`);
}

/** What the caller is told of an answer is what the one who answered says of it. */
function told({ caller }: Evidence, what: 'model' | 'usage', base: string): string[] {
  return caller.requests.flatMap((received) => {
    if (what === 'model') return complaint(!isModel(received.models, base), `model ${received.models.join(', ') || 'not named'}`);
    const seen = JSON.stringify(counts(received)) ?? 'none';
    return complaint(seen !== JSON.stringify(counts({ usage: usageOf(base, answerTokens.length) })), `usage ${seen}`);
  });
}

/** As the provider reports it, or as it was asked for, with whatever a gateway puts before it. */
function isModel(models: readonly string[], base: string): boolean {
  const names = models.map((model) => model.split('/').at(-1)?.split('~')[0]);
  return names.length > 0 && names.every((name) => name === base || name === reportedModel(base));
}

function counts({ usage }: Pick<Received, 'usage'>): object | undefined {
  if (usage === undefined) return undefined;
  const { prompt_tokens, completion_tokens, total_tokens } = usage;
  return { prompt_tokens, completion_tokens, total_tokens };
}

function inTime({ row, caller, profile }: Evidence): string[] {
  return caller.requests.flatMap(({ endMs }) => {
    const late = endMs > row.withinMs / profile.factor + profile.slackMs;
    return complaint(late, `ended after ${Math.round(endMs * profile.factor)} ms, allowed are ${row.withinMs}`);
  });
}

/** On row 11 nobody said `[DONE]`, so the gateway need not either. */
function wellEnded({ row, caller }: Evidence): string[] {
  if (row.number === 13) return [];
  return caller.requests.flatMap(({ mode, done, finishReason }) => [
    ...complaint(finishReason !== 'stop', `finish reason ${finishReason ?? 'missing'}`),
    ...complaint(mode === 'stream' && !done && row.number !== 11, 'no [DONE]'),
  ]);
}

/**
 * A limit that only stops waiting leaves the provider at work, and the bill to grow. Where requests come at intervals, a later
 * attempt may be another request's, and says nothing of the earlier one.
 */
function nothingLeft({ row, provider }: Evidence): string[] {
  const open = provider.attempts.filter(({ end }) => end === undefined).length;
  const orphans = row.everyMs !== undefined ? 0 : provider.attempts.reduce((sum, { orphanBytes }) => sum + orphanBytes, 0);
  return [
    ...complaint(open > 0, `${open} attempts left open at the provider`),
    ...complaint(orphans > 0, `${orphans} bytes written for an attempt that was given up`),
  ];
}

function complaint(holds: boolean, text: string): string[] {
  return holds ? [text] : [];
}
