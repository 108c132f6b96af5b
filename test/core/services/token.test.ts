import { describe, expect, it, vi } from 'vitest';
import { isToken, token } from '../../../core/src/services/token.ts';
import { slot } from '../../../core/src/slot.ts';

interface Mailer {
  send(text: string): void;
}

describe('token', () => {
  it('names a service, and the property under which plugins get it', () => {
    const Mailer = token<Mailer>()('Mailer', 'mailer');
    expect(Mailer).toMatchObject({ kind: 'token', name: 'Mailer', key: 'mailer' });
  });

  it('is the same service wherever its name is the same, and another where it is not', () => {
    const [mine, yours, other] = [token()('Mailer', 'mailer'), token()('Mailer', 'post'), token()('Mailers', 'mailer')];
    expect(mine.symbol).toBe(yours.symbol);
    expect(other.symbol).not.toBe(mine.symbol);
  });

  it('means the same service in two copies of the package', async () => {
    const first = await import('../../../core/src/services/clock.ts');
    vi.resetModules();
    const second = await import('../../../core/src/services/clock.ts');
    expect(second.Clock).not.toBe(first.Clock);
    expect(second.Clock.symbol).toBe(first.Clock.symbol);
  });

  it('may name the methods that a service must have; they cannot be changed', () => {
    expect(token<Mailer>()('Mailer', 'mailer', ['send']).methods).toEqual(['send']);
    expect(token<Mailer>()('Mailer', 'mailer').methods).toEqual([]);
    expect(Object.isFrozen(token<Mailer>()('Mailer', 'mailer', ['send']).methods)).toBe(true);
  });

  it('has a symbol of this package alone: the bare name is somebody else’s', () => {
    expect(token()('Logger', 'logger').symbol).not.toBe(Symbol.for('Logger'));
  });

  it('cannot be turned into another', () => {
    const Mailer = token<Mailer>()('Mailer', 'mailer') as { symbol: symbol };
    expect(() => {
      Mailer.symbol = Symbol.for('other');
    }).toThrow(TypeError);
  });
});

describe('isToken', () => {
  it('knows tokens', () => {
    expect(isToken(token()('X', 'x'))).toBe(true);
  });

  it.each([undefined, null, 'token', Symbol.for('x'), {}, { kind: 'slot' }, slot('x'), () => {}])('%o is none', (value) => {
    expect(isToken(value)).toBe(false);
  });
});
