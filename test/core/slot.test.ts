import { describe, expect, it } from 'vitest';
import { anonymous, cost, isSlot, principal, slot } from '../../core/src/slot.ts';

describe('slot', () => {
  it('has the name it was given, and may be set more than once unless told otherwise', () => {
    expect(slot('started-at')).toMatchObject({ kind: 'slot', name: 'started-at', once: false });
    expect(slot('verdict', { once: true }).once).toBe(true);
  });

  it('is private to who holds it: another of the same name is another slot', () => {
    expect(slot('x')).not.toBe(slot('x'));
  });

  it('cannot be changed: nobody makes a slot that is set once into one that is set again', () => {
    const verdict = slot('verdict', { once: true }) as { once: boolean };
    expect(() => {
      verdict.once = false;
    }).toThrow(TypeError);
  });
});

describe('isSlot', () => {
  it('knows slots', () => {
    expect(isSlot(slot('x'))).toBe(true);
    expect(isSlot(principal)).toBe(true);
  });

  it.each([undefined, null, 'slot', 7, {}, { kind: 'token' }, () => {}])('%o is none', (value) => {
    expect(isSlot(value)).toBe(false);
  });
});

describe('the slots everybody knows', () => {
  it('identity and money are set once per exchange', () => {
    expect(principal).toMatchObject({ name: 'principal', once: true });
    expect(cost).toMatchObject({ name: 'cost', once: true });
  });

  it('the anonymous principal says what it is, belongs to no tenant, and cannot be made into somebody', () => {
    expect(anonymous).toEqual({ id: 'anonymous', kind: 'anonymous' });
    expect(() => {
      (anonymous as { tenant: string }).tenant = 'a';
    }).toThrow(TypeError);
  });
});
