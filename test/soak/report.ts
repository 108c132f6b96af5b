import { isControl } from './mix.ts';
import { type Slope, slopeOf } from './slope.ts';
import type { Moment, SoakResult } from './soak.ts';
import { warmUp } from './soak.ts';

/** One line of the report: what was measured, and the bound it must keep, if it has one. */
export interface Line {
  readonly what: string;
  readonly measured: string;
  readonly bound: string;
  readonly kept: boolean;
}

/** Bytes that V8 may still add after the warm-up for code and type feedback; see README.md. */
const settlingBytes = 1024 * 1024;

/** From so many requests on, settling does not count any more: the slope itself must be flat. */
const longRun = 500_000;

/** Bytes per request that memory may grow by. */
export function slopeLimit(requests: number): number {
  return requests >= longRun ? 1 : 1 + settlingBytes / (requests * (1 - warmUp));
}

export function reportOf(result: SoakResult): Line[] {
  return [...memory(result), ...exchanges(result), ...upstream(result), ...draining(result), ...leftovers(result)];
}

export function missed(lines: readonly Line[]): Line[] {
  return lines.filter(({ kept }) => !kept);
}

/** The lines as a table for people; facts without a bound need no columns. */
export function table(lines: readonly Line[]): string {
  const judged = lines.filter(({ bound }) => bound !== '');
  const width = (texts: readonly string[]): number => Math.max(...texts.map(({ length }) => length));
  const what = width(lines.map((line) => line.what));
  const measured = width(judged.map((line) => line.measured));
  const bound = width(judged.map((line) => line.bound));
  return lines
    .map((line) => {
      const begun = `${line.what.padEnd(what)}  ${line.measured}`;
      if (line.bound === '') return begun;
      return `${begun.padEnd(what + 2 + measured)}  ${line.bound.padEnd(bound)}  ${line.kept ? 'ok' : 'MISSED'}`;
    })
    .join('\n');
}

function memory({ moments, options }: SoakResult): Line[] {
  const limit = slopeLimit(options.requests);
  const heap = slope(moments, ({ heap }) => heap);
  const outside = slope(moments, ({ external }) => external);
  const [first, last] = [moments[0] as Moment, moments.at(-1) as Moment];
  const slopeLine = (what: string, of: Slope): Line => ({
    what,
    measured: `${of.bytesPerRequest.toFixed(2)} B/request [${of.low.toFixed(2)}, ${of.high.toFixed(2)}]`,
    bound: `<= ${limit.toFixed(limit < 10 ? 0 : 1)}`,
    kept: of.bytesPerRequest <= limit,
  });
  return [
    slopeLine('heap after GC, slope', heap),
    slopeLine('memory outside the heap after GC, slope', outside),
    fact('heap after GC, first and last sample', `${megabytes(first.heap)} -> ${megabytes(last.heap)}`),
    fact(
      'RSS, first, largest and last sample',
      [first.rss, Math.max(...moments.map(({ rss }) => rss)), last.rss].map(megabytes).join(' -> '),
    ),
  ];
}

function slope(moments: readonly Moment[], bytes: (moment: Moment) => number): Slope {
  return slopeOf(moments.map((moment) => ({ requests: moment.requests, bytes: bytes(moment) })));
}

function exchanges({ load, loadMs, moments }: SoakResult): Line[] {
  const { settlements, waysOut, attempts, outcomes, onRequest, errorLines } = (moments.at(-1) as Moment).books;
  const kinds = Object.entries(load.kinds).map(([kind, count]) => `${count} ${kind}`);
  return [
    fact('requests', `${load.sent} (${kinds.join(', ')})`),
    fact('rate', `${Math.round((load.sent / loadMs) * 1000)} requests/s in ${seconds(loadMs)}`),
    fact('hooks', `${onRequest} onRequest, ${waysOut.ended} afterResponse (those refused by their head meet only the last)`),
    fact('settled', `${outcomes.completed} completed, ${outcomes.aborted} aborted, ${outcomes.failed} failed`),
    equal('answers that were not as planned', load.wrong, 0),
    equal('exchanges settled, of those begun by clients', settlements.ended, load.exchanges),
    equal('exchanges settled never, twice or unasked', settlements.open + settlements.faults, 0),
    equal('exchanges whose way out did not run once', waysOut.open + waysOut.faults, 0),
    equal('attempts settled, of those started', attempts.ended, attempts.started),
    equal('attempts settled never or twice', attempts.open + attempts.faults, 0),
    equal('error lines in the log', errorLines.length, 0),
  ];
}

/** After that, an upstream request whose client left is an orphan. Milliseconds. */
const orphanMs = 250;
/** What 99 of 100 upstream sockets close within after their client left. Milliseconds. */
const closingMs = 100;

function upstream({ upstream: { closings, cold, answered, unsent }, load }: SoakResult): Line[] {
  const sorted = (control: boolean, from = 0): number[] =>
    [...closings]
      .slice(from)
      .flatMap(([id, ms]) => (isControl(id) === control ? ms : []))
      .sort((one, other) => one - other);
  const [own, bare] = [sorted(false, cold), sorted(true, cold)];
  // On a machine that is busy with other things a bare pipe is late as well; then it is the measure.
  const p99Limit = Math.max(closingMs, 2 * quantile(bare, 0.99), quantile(bare, 1));
  const late = (list: readonly number[]): number => list.filter((ms) => ms > orphanMs).length;
  const [all, allBare] = [sorted(false), sorted(true)];
  const lateLimit = Math.ceil(2 * (late(allBare) / Math.max(1, allBare.length)) * all.length);
  return [
    fact('clients that left', `${load.left}: ${closings.size} closed upstream, ${answered} already answered, ${unsent} not yet sent`),
    equal('upstream requests that never ended', all.filter((ms) => ms === Number.POSITIVE_INFINITY).length, 0),
    {
      what: `upstream requests open ${orphanMs} ms after their client left`,
      measured: String(late(all)),
      bound: `<= ${lateLimit}`,
      kept: late(all) <= lateLimit,
    },
    {
      what: 'client left -> upstream closed, p50, p99, max',
      measured: inMs(own),
      bound: `p99 <= ${Math.round(p99Limit)} ms`,
      kept: own.length > 0 && quantile(own, 0.99) <= p99Limit,
    },
    fact('the same through a bare pipe', `${inMs(bare)}; ${late(allBare)} of ${allBare.length} open after ${orphanMs} ms`),
  ];
}

function inMs(sorted: readonly number[]): string {
  return [0.5, 0.99, 1].map((share) => `${quantile(sorted, share).toFixed(1)} ms`).join(', ');
}

function draining({ drained }: SoakResult): Line[] {
  const { closed, streams, whole, told, lost } = drained;
  const { settlements } = closed.books;
  return [
    {
      ...fact('close() with open exchanges', `${closed.openBefore} open, took ${seconds(closed.ms)}`),
      bound: 'it ends',
      kept: closed.done,
    },
    equal('streams that ended whole or with the error in the stream', whole + told, streams),
    { ...fact('of these: whole, with the error', `${whole}, ${told}`), bound: 'both occur', kept: whole > 0 && told > 0 },
    equal('clients without an answer or an error they can read', lost, 0),
    equal('settlements outstanding when close() was done', settlements.open + settlements.faults, 0),
  ];
}

function leftovers({ census, moments }: SoakResult): Line[] {
  const { resources, timers, warnings, books } = census;
  const sockets = resources.filter((name) => /TCP|TLS/.test(name));
  return [
    equal('sockets left', sockets.length, 0),
    equal('timers left', timers, 0),
    {
      what: 'other handles left',
      measured: names(resources.filter((name) => !sockets.includes(name))),
      bound: 'none',
      kept: resources.length === sockets.length,
    },
    equal('warnings of the process', warnings, 0),
    equal('error lines in the log while closing', books.errorLines.length - (moments.at(-1) as Moment).books.errorLines.length, 0),
  ];
}

function fact(what: string, measured: string): Line {
  return { what, measured, bound: '', kept: true };
}

function equal(what: string, measured: number, expected: number): Line {
  return { what, measured: String(measured), bound: `= ${expected}`, kept: measured === expected };
}

function names(resources: readonly string[]): string {
  return resources.length === 0 ? 'none' : resources.slice(0, 5).join(', ');
}

/** Of sorted values; NaN when there are none. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
