import { type Contender, contenders, formatContenders } from './contenders.ts';
import type { Problems } from './load/tally.ts';
import type { Machine } from './machine.ts';
import { compare, type Measure, type ScenarioResult } from './result.ts';
import { type Estimate, median } from './stats.ts';
import type { Judged, Target } from './targets.ts';

/** The contender that ratios are taken against where a scenario names no other. */
const hpm = 'hpm';

export type Style = 'text' | 'markdown';

/** Everything a run found, for people. */
export function report(machine: Machine, results: readonly ScenarioResult[], judged: readonly Judged[], style: Style): string {
  const parts = [heading(machine, style), ...results.map((result) => scenarioText(result, style)), targetsText(judged, style), names()];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function heading({ node, cpuModel, cpuCount, date, cpus }: Machine, style: Style): string {
  const place = cpus === undefined ? 'not pinned' : `contenders on CPU ${cpus.contender}, upstream and load generator on CPU ${cpus.load}`;
  const facts = `Node ${node}, ${cpuCount} × ${cpuModel}, ${place}, ${date}. This gateway runs from its TypeScript sources, types stripped.`;
  const how = 'Medians; ratios are paired within a round, with 95 % bootstrap intervals. Only ratios hold from one minute to the next.';
  return style === 'markdown' ? `${facts}\n\n${how}` : `${facts}\n${how}`;
}

function scenarioText(result: ScenarioResult, style: Style): string {
  const { scale = hpm } = result;
  const rows = contenderNames(result).map((name) => [
    name,
    ...result.measures.flatMap((measure) => cells(measure, name, scale)),
    problemsText(result.problems[name]),
  ]);
  const titles = [
    '',
    ...result.measures.flatMap(({ name, compared }) => (compared === 'not' ? [name] : [name, `ratio to ${scale}`])),
    'errors',
  ];
  const compared = result.measures.some(({ values }) => values[scale] !== undefined);
  const title = `${result.name}: ${result.title} (${result.rounds} rounds)`;
  const shown = compared ? [titles, ...rows] : withoutRatios([titles, ...rows], titles, scale);
  return `${style === 'markdown' ? `### ${title}` : title}\n\n${table(shown, style)}`;
}

function contenderNames({ measures }: ScenarioResult): string[] {
  return [...new Set(measures.flatMap(({ values }) => Object.keys(values)))];
}

function cells(measure: Measure, name: string, scale: string): string[] {
  const { values, digits, compared } = measure;
  const own = values[name];
  const value = own === undefined ? '-' : median(own).toFixed(digits);
  if (compared === 'not') return [value];
  const ratio = compare(measure, name, scale);
  return [value, ratio === undefined ? '-' : name === scale ? '1' : interval(ratio, 2)];
}

function withoutRatios(rows: readonly (readonly string[])[], titles: readonly string[], scale: string): string[][] {
  return rows.map((row) => row.filter((_, index) => titles[index] !== `ratio to ${scale}`));
}

function problemsText(problems: Problems | undefined): string {
  const found = Object.entries(problems ?? {});
  return found.length === 0 ? '0' : found.map(([problem, count]) => `${count} × ${problem}`).join(', ');
}

function targetsText(judged: readonly Judged[], style: Style): string {
  if (judged.length === 0) return '';
  const rows = judged.map(({ target, estimate: found, verdict }) => [
    target.label,
    amount(target.must, target),
    target.aim === undefined ? '' : amount(target.aim, target),
    intervalOf(found, target),
    verdict,
  ]);
  const title = style === 'markdown' ? '### Targets' : 'Targets';
  return `${title}\n\n${table([['', 'must', 'aim', 'measured', 'verdict'], ...rows], style)}`;
}

/** Ratios as ratios, small ones as "times less", shares as percent. */
function amount(value: number, { from, must }: Target): string {
  if (from !== undefined) return `${(value * 100).toFixed(2)} %`;
  return must < 0.4 ? `${(1 / value).toFixed(1)} × less` : value.toFixed(2);
}

function intervalOf(found: Estimate, target: Target): string {
  const low = Math.min(found.low, found.high);
  return `${amount(found.median, target)} [${amount(low, target)} – ${amount(found.high, target)}]`;
}

function interval({ median: middle, low, high }: Estimate, digits: number): string {
  return `${middle.toFixed(digits)} [${low.toFixed(digits)} – ${high.toFixed(digits)}]`;
}

function names(): string {
  return [...Object.values<Contender>(contenders), ...formatContenders].map(({ name, title }) => `${name}: ${title}`).join('\n');
}

/** Columns as wide as their widest cell; the first to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[], style: Style): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))),
  );
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(Math.max(1, width - 1))}:`));
  if (style === 'markdown') return [lines[0] ?? [], rule, ...lines.slice(1)].map((line) => `| ${line.join(' | ')} |`).join('\n');
  return lines.map((line) => line.join('  ').trimEnd()).join('\n');
}
