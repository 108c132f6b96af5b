import { describe, expect, it } from 'vitest';
import type { Machine } from '../../bench/machine.ts';
import { report, table } from '../../bench/report.ts';
import type { ScenarioResult } from '../../bench/result.ts';
import { judge } from '../../bench/targets.ts';

const machine: Machine = { node: 'v24.0.0', cpuModel: 'Some CPU', cpuCount: 2, date: '2026-01-31', cpus: { load: 0, contender: 1 } };
const result: ScenarioResult = {
  name: 'json-1k',
  title: 'a title',
  rounds: 3,
  measures: [
    {
      name: 'µs/request',
      digits: 1,
      compared: 'rounds',
      values: { floor: [10, 20, 30], hpm: [20, 40, 60], gateway: [12, 24, 36], portkey: [240, 480, 720] },
    },
  ],
  problems: { gateway: { 'cut short': 2, status: 1 } },
};
const text = report(machine, [result], judge([result]), 'text');

function lineOf(start: string): string | undefined {
  return text.split('\n').find((line) => line.startsWith(start));
}

describe('a report', () => {
  it('says where and when', () => {
    expect(text).toContain('Node v24.0.0, 2 × Some CPU, contenders on CPU 1, upstream and load generator on CPU 0, 2026-01-31');
  });

  it('has a line per contender: median, ratio with its interval, errors', () => {
    expect(lineOf('gateway ')).toMatch(/^gateway +24\.0 +0\.60 \[0\.60 – 0\.60\] +2 × cut short, 1 × status$/);
    expect(lineOf('hpm ')).toMatch(/^hpm +40\.0 +1 +0$/);
  });

  it('has a line per target: must, aim, what was measured, verdict', () => {
    expect(lineOf('no plugin, JSON 1 KB, CPU against hpm')).toMatch(/ 0\.55 +0\.45 +0\.60 \[0\.60 – 0\.60\] +past the must$/);
    expect(lineOf('no plugin, JSON 1 KB, CPU against portkey')).toMatch(/ 8\.0 × less +20\.0 × less \[20\.0 × less – 20\.0 × less\] +met$/);
    expect(lineOf('no plugin, JSON 1 KB, CPU against the floor')).toMatch(/ 1\.20 \[1\.20 – 1\.20\] +aim met$/);
  });
});

describe('a scenario with a scale of its own', () => {
  it('has its ratios taken against that', () => {
    const own = report(machine, [{ ...result, scale: 'floor' }], [], 'text');
    expect(own).toContain('ratio to floor');
    expect(own.split('\n').find((line) => line.startsWith('gateway '))).toMatch(/ 1\.20 \[1\.20 – 1\.20\]/);
    expect(own).not.toContain('ratio to hpm');
  });

  it('has none where that was not measured', () => {
    expect(report(machine, [{ ...result, scale: 'other' }], [], 'text')).not.toContain('ratio to');
  });
});

describe('a table', () => {
  const rows = [
    ['', 'one', 'two'],
    ['a', '1', ''],
    ['bcd', '22', '3'],
  ];

  it('has columns as wide as their widest cell', () => {
    expect(table(rows, 'text').split('\n')).toEqual(['     one  two', 'a      1', 'bcd   22    3']);
  });

  it('is a table in Markdown too', () => {
    expect(table(rows, 'markdown').split('\n')).toEqual([
      '|     | one | two |',
      '| --- | --: | --: |',
      '| a   |   1 |     |',
      '| bcd |  22 |   3 |',
    ]);
  });
});
