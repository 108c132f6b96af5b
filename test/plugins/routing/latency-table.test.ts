import { expect, it } from 'vitest';
import { InFlight } from '../../../plugins/routing/src/in-flight.ts';
import { LatencyTable } from '../../../plugins/routing/src/latency-table.ts';
import { target } from './context.ts';

function enter(inFlight: InFlight, id: string): void {
  inFlight.enter({ target: target(id), onSettled: () => {} });
}

it('tries a target that nobody has tried, but sends no second call before its first answer', () => {
  const inFlight = new InFlight();
  const table = new LatencyTable(inFlight, 1_000);
  table.observe('slow/m', true, 0, 60_000);
  expect(table.cost('new/m', true, 0)).toBe(0);
  enter(inFlight, 'new/m');
  expect(table.cost('new/m', true, 0)).toBeGreaterThan(table.cost('slow/m', true, 0));
});

it('counts the calls that are under way', () => {
  const inFlight = new InFlight();
  const table = new LatencyTable(inFlight, 1_000);
  table.observe('a/m', true, 0, 100);
  expect(table.cost('a/m', true, 0)).toBe(100);
  enter(inFlight, 'a/m');
  expect(table.cost('a/m', true, 0)).toBe(200);
});

it('keeps streams and whole answers apart: one is timed to its first word, the other to its last', () => {
  const table = new LatencyTable(new InFlight(), 1_000);
  table.observe('a/m', false, 0, 9_000);
  expect(table.cost('a/m', true, 0)).toBe(0);
  expect(table.cost('a/m', false, 0)).toBe(9_000);
});

it('does not take a failure that came fast for a fast answer', () => {
  const table = new LatencyTable(new InFlight(), 1_000);
  table.observe('a/m', true, 0, 500);
  table.observeAtLeast('a/m', true, 0, 20);
  expect(table.cost('a/m', true, 0)).toBe(500);
  table.observeAtLeast('a/m', true, 0, 10_000);
  expect(table.cost('a/m', true, 0)).toBe(10_000);
});
