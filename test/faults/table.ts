import type { Received } from './caller.ts';
import type { Evidence } from './evidence.ts';
import type { Outcome } from './runner.ts';
import { answerTokens, tokensOf } from './wall/answer.ts';
import type { Attempt } from './wall/case-log.ts';

/** A line per row: the verdict, what the caller saw, what the provider saw. Times are the table's. */
export function table(outcomes: readonly Outcome[]): string {
  const lines = outcomes.map(({ evidence, verdict }) => [
    String(evidence.row.number),
    evidence.row.fault,
    verdict.word,
    callerView(evidence),
    providerView(evidence),
    verdict.reason,
  ]);
  const all = [['#', 'fault at the provider', 'verdict', "caller's view", "provider's view", ''], ...lines];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)));
  return all
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `16/16`: the rows that pass, of those that were run. */
export function score(outcomes: readonly Outcome[]): string {
  return `${outcomes.filter(({ verdict }) => verdict.word === 'pass').length}/${outcomes.length}`;
}

/** The first request, and how many went the same way; then those that did not. */
function callerView({ caller, profile }: Evidence): string {
  const slowest = Math.max(...caller.requests.map(({ endMs }) => endMs)) * profile.factor;
  return `${counted(caller.requests.map(requestView))}, ${(slowest / 1000).toFixed(1)} s`;
}

function requestView({ status, text, error, end }: Received): string {
  if (end === 'gave up') return 'gave up';
  const words = `${tokensOf(text).length}/${answerTokens.length}`;
  if (error !== undefined) return status === 200 ? `${words} + error` : `${status} ${error.code ?? ''}`.trimEnd();
  return end === 'cut' ? `${words} + cut` : words;
}

function providerView({ row, provider }: Evidence): string {
  const parts = row.route.targets.flatMap(({ model }) => {
    const base = model.split('~')[0] ?? '';
    const attempts = provider.attempts.filter((attempt) => attempt.base === base);
    return attempts.length === 0 ? [] : [`${base.replace(/^fault-\d+$/, 'primary')}: ${counted(attempts.map(attemptView))}`];
  });
  return parts.join('; ');
}

function attemptView({ status, end, prefill }: Attempt): string {
  const seen = end === 'answered' && status !== undefined ? String(status) : (end ?? 'open');
  return prefill ? `${seen} (prefill)` : seen;
}

/** `503 ×2, 200`: runs of the same, counted. */
function counted(views: readonly string[]): string {
  const runs: { view: string; count: number }[] = [];
  for (const view of views) {
    const last = runs.at(-1);
    if (last?.view === view) last.count += 1;
    else runs.push({ view, count: 1 });
  }
  return runs.map(({ view, count }) => (count === 1 ? view : `${view} ×${count}`)).join(', ');
}
