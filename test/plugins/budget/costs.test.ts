import { describe, expect, it } from 'vitest';
import type { Cost } from '../../../core/src/model/principal.ts';
import { costs } from '../../../plugins/budget/src/costs.ts';

/** An exchange with one slot, and what it runs at its end. */
function exchange() {
  let value: Cost | undefined;
  const listeners: (() => void)[] = [];
  const context = {
    get: () => value,
    set: (_slot: unknown, next: Cost) => {
      value = next;
    },
    onSettled: (listener: () => void) => void listeners.push(listener),
  };
  return { context: context as never, over: () => listeners.forEach((run) => void run()), cost: () => value };
}

const end = (outcome: string) => ({ outcome }) as never;
const used = { kind: 'used' } as never;

describe('costs', () => {
  it('sums up attempts, and is there once one of them completed', () => {
    const one = exchange();
    const { note } = costs('a table');
    note(one.context, end('failed'), { kind: 'free' }, undefined, undefined);
    expect(one.cost()).toBeUndefined();
    note(one.context, end('completed'), used, 250, undefined);
    expect(one.cost()).toEqual({ nanoDollars: 250n, table: 'a table' });
  });

  it('is unknown where one part of it is, and says why', () => {
    const one = exchange();
    const { note } = costs('a table');
    note(one.context, end('failed'), { kind: 'unknown' }, undefined, undefined);
    note(one.context, end('completed'), used, 250, undefined);
    expect(one.cost()).toEqual({ nanoDollars: undefined, table: 'a table', why: 'an attempt ended without saying what it used' });
  });

  it('is there at the end where no attempt completed', () => {
    const one = exchange();
    costs('a table').note(one.context, end('failed'), { kind: 'free' }, undefined, undefined);
    one.over();
    expect(one.cost()).toEqual({ nanoDollars: 0n, table: 'a table' });
  });
});
