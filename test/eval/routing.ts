import { scoreOf } from '../../plugins/routing/src/complexity/score.ts';
import { apgrInterval, chance, type Outcome, type QualityCurve, qualityCurve } from './quality-curve.ts';

/** A line of a file of prompts; `quality` by model where answers were judged. */
export interface Prompt {
  readonly id: string;
  readonly dataset: string;
  readonly prompt: string;
  readonly quality: Readonly<Record<string, number>>;
}

export interface Pair {
  readonly strong: string;
  readonly weak: string;
}

/** Reads JSON lines; a line without `id` and `prompt` is an error that names it. */
export function promptsOf(text: string): Prompt[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const value: unknown = JSON.parse(line);
    if (!isRecord(value) || typeof value.id !== 'string' || typeof value.prompt !== 'string')
      throw new Error(`line ${index + 1} has no "id" and "prompt"`);
    const { id, prompt, dataset, quality } = value;
    return [{ id, prompt, dataset: typeof dataset === 'string' ? dataset : 'all', quality: numbersOf(quality) }];
  });
}

function numbersOf(value: unknown): Record<string, number> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the scorer says of each prompt, as JSON lines. */
export function predictions(prompts: readonly Prompt[]): string {
  return prompts.map(({ id, prompt }) => `${JSON.stringify({ id, score: scoreOf(prompt) })}\n`).join('');
}

/** A table for each data set in which both models were judged: the scorer beside chance, prompt length and the best there could be. */
export function report(prompts: readonly Prompt[], { strong, weak }: Pair, samples: number): string[] {
  const datasets = [...new Set(prompts.map(({ dataset }) => dataset))];
  return datasets.flatMap((dataset) => {
    const rows = prompts.filter((one) => one.dataset === dataset && one.quality[strong] !== undefined && one.quality[weak] !== undefined);
    if (rows.length === 0) return [];
    const by = (score: (row: Prompt) => number): Outcome[] =>
      rows.map((row) => ({ id: row.id, score: score(row), strong: row.quality[strong] ?? 0, weak: row.quality[weak] ?? 0 }));
    const scored = by(({ prompt }) => scoreOf(prompt));
    const lengths = by(({ prompt }) => prompt.length);
    return [
      `${dataset}: ${rows.length} prompts, ${strong} against ${weak}`,
      line('complexity', qualityCurve(scored), apgrInterval(scored, samples)),
      line('prompt length', qualityCurve(lengths), apgrInterval(lengths, samples)),
      line('random', chance(scored, 30)),
      line('oracle', qualityCurve(by(({ quality }) => (quality[strong] ?? 0) - (quality[weak] ?? 0)))),
    ];
  });
}

function line(name: string, { apgr, cpt50, cpt80 }: QualityCurve, interval?: readonly [number, number]): string {
  const between = interval === undefined ? '' : ` (95 %: ${interval.map((end) => end.toFixed(3)).join(' to ')})`;
  return `  ${name.padEnd(14)} APGR ${apgr.toFixed(3)}${between.padEnd(24)} CPT50 ${percent(cpt50)} CPT80 ${percent(cpt80)}`;
}

function percent(share: number | undefined): string {
  return share === undefined ? 'never' : `${(100 * share).toFixed(1)} %`;
}
