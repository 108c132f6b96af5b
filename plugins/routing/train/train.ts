// `node --conditions=@express-ai-gateway/source plugins/routing/train/train.ts`: fits the weights of the complexity scorer to the
// prompts beside this file and writes src/complexity/weights.ts. The prompts and their levels (1: any model does it, 5: it takes
// the strongest) were written for this, by judgement; nothing of any benchmark is in them.

import { readFileSync, writeFileSync } from 'node:fs';
import { featureNames, featuresOf } from '../src/complexity/features.ts';

export interface Example {
  /** 0, 0.25, 0.5, 0.75 or 1. */
  readonly score: number;
  readonly prompt: string;
}

/** Keeps weights small that few prompts speak for. */
const penalty = 1;

export function examples(): Example[] {
  const lines = readFileSync(new URL('prompts.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter(Boolean);
  return lines.map((line) => {
    const [level = '', prompt = ''] = line.split('\t');
    return { score: (Number(level) - 1) / 4, prompt: prompt.replaceAll('\\n', '\n') };
  });
}

/** Ridge regression by its normal equations; the last number is the bias, which is not held back. */
export function fitted(rows: readonly (readonly number[])[], wanted: readonly number[], ridge: number = penalty): number[] {
  const inputs = rows.map((row) => [...row, 1]);
  const size = inputs[0]?.length ?? 0;
  const system = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (_, j) => sum(inputs, (row) => at(row, i) * at(row, j)) + (i === j && i < size - 1 ? ridge : 0)),
    sum(inputs, (row, index) => at(row, i) * at(wanted, index)),
  ]);
  return solved(system);
}

/** Gauss-Jordan elimination with pivoting; each row ends with its right side. */
function solved(system: number[][]): number[] {
  for (let column = 0; column < system.length; column += 1) {
    const rest = system.slice(column).sort((one, other) => Math.abs(at(other, column)) - Math.abs(at(one, column)));
    system.splice(column, rest.length, ...rest);
    const pivot = system[column] ?? [];
    for (const row of system) {
      if (row === pivot) continue;
      const factor = at(row, column) / at(pivot, column);
      for (let index = column; index < row.length; index += 1) row[index] = at(row, index) - factor * at(pivot, index);
    }
  }
  return system.map((row, index) => at(row, row.length - 1) / at(row, index));
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}

function sum<Row>(rows: readonly Row[], value: (row: Row, index: number) => number): number {
  return rows.reduce((total, row, index) => total + value(row, index), 0);
}

/** The source of weights.ts. Three decimals: the same on every machine, whatever its last bits. */
export function weightsSource(): string {
  const given = examples();
  const all = fitted(
    given.map(({ prompt }) => featuresOf(prompt)),
    given.map(({ score }) => score),
  );
  const rounded = all.map((weight) => Number(weight.toFixed(3)));
  return [
    '// Written by `node plugins/routing/train/train.ts` from train/prompts.txt. Do not edit: change the prompts, or the features, and run it.',
    '',
    `export const bias = ${rounded.at(-1)};`,
    '',
    'export const weights: readonly number[] = [',
    ...featureNames.map((name, index) => `  ${rounded[index]}, // ${name}`),
    '];',
    '',
  ].join('\n');
}

if (import.meta.main) writeFileSync(new URL('../src/complexity/weights.ts', import.meta.url), weightsSource());
