import { describe, expect, it } from 'vitest';
import { type TokenState, Tokens, type TokensOptions } from '../../../plugins/auth-passport/src/tokens.ts';
import { gate } from '../../core/harness/loopback.ts';
import { manualClock } from '../../core/harness/manual-clock.ts';
import { recordingLogger } from '../../core/harness/recording-logger.ts';

const ann: TokenState = { principal: { id: 'ann', kind: 'user' }, expiresAt: Number.POSITIVE_INFINITY };
const nobody: TokenState = { principal: undefined, expiresAt: Number.POSITIVE_INFINITY };

function tokens(answer: (token: string) => TokenState | Promise<TokenState>, more: Partial<TokensOptions> = {}) {
  const clock = manualClock(1_000_000);
  const logger = recordingLogger();
  const asked: string[] = [];
  const ask = async (token: string): Promise<TokenState> => {
    asked.push(token);
    return answer(token);
  };
  const known = new Tokens({ ask, clock, logger, cacheSeconds: 10, staleSeconds: 30, maxRemembered: 100, ...more });
  return { known, clock, logger, asked, idOf: async (token: string) => (await known.of(token)).principal?.id };
}

describe('Tokens', () => {
  it('believes an answer for a moment, then asks again', async () => {
    let state = ann;
    const { idOf, clock, asked } = tokens(() => state);
    expect(await idOf('t')).toBe('ann');
    state = nobody;
    clock.advance(9_999);
    expect(await idOf('t')).toBe('ann');
    clock.advance(1);
    expect(await idOf('t')).toBeUndefined();
    expect(asked).toHaveLength(2);
  });

  it('AUTH-3: takes no token for another, whatever they share', async () => {
    const { idOf } = tokens((token) => (token === `${'x'.repeat(500)}a` ? ann : nobody));
    expect(await idOf(`${'x'.repeat(500)}a`)).toBe('ann');
    for (const other of [`${'x'.repeat(500)}b`, `${'x'.repeat(501)}a`, 'x'.repeat(500), `${'x'.repeat(500)}a `])
      expect(await idOf(other)).toBeUndefined();
  });

  it('ends a token when it said it would, believed or not', async () => {
    const { idOf, clock } = tokens(() => ({ ...ann, expiresAt: 1_005_000 }));
    expect(await idOf('t')).toBe('ann');
    clock.advance(5_000);
    expect(await idOf('t')).toBeUndefined();
  });

  it('answers many who show the same token with one question', async () => {
    const { opened, open } = gate();
    const { idOf, asked } = tokens(() => opened.then(() => ann));
    const all = Promise.all(Array.from({ length: 50 }, () => idOf('t')));
    open();
    expect(new Set(await all)).toEqual(new Set(['ann']));
    expect(asked).toHaveLength(1);
  });

  it('goes on with the last answer for a while when the provider is away, then says so; others hear it at once', async () => {
    let away = false;
    const { idOf, clock, logger } = tokens(() => {
      if (away) throw new Error('connect ECONNREFUSED');
      return ann;
    });
    expect(await idOf('t')).toBe('ann');
    away = true;
    clock.advance(39_999);
    expect(await idOf('t')).toBe('ann');
    await expect(idOf('unknown')).rejects.toMatchObject({ status: 503, code: 'INTROSPECTION_UNAVAILABLE' });
    clock.advance(1);
    await expect(idOf('t')).rejects.toMatchObject({ status: 503 });
    expect(logger.texts('error')).toHaveLength(1);
    away = false;
    expect(await idOf('t')).toBe('ann');
    expect(logger.texts('info').join()).toContain('can be asked about tokens again');
  });

  it('remembers that a token was refused: while the provider is away it stays refused', async () => {
    let away = false;
    const { idOf, clock } = tokens(() => {
      if (away) throw new Error('away');
      return nobody;
    });
    expect(await idOf('t')).toBeUndefined();
    away = true;
    clock.advance(20_000);
    expect(await idOf('t')).toBeUndefined();
  });

  it('lets no flood of wrong tokens drive out a right one, and remembers so many right ones', async () => {
    const { idOf, asked } = tokens((token) => (token.startsWith('right') ? ann : nobody), { maxRemembered: 3 });
    await idOf('right-0');
    for (let at = 0; at < 2_000; at += 1) await idOf(`wrong-${at}`);
    asked.length = 0;
    await idOf('right-0');
    expect(asked).toEqual([]);
    for (let at = 1; at <= 3; at += 1) await idOf(`right-${at}`);
    asked.length = 0;
    await idOf('right-0');
    expect(asked).toEqual(['right-0']);
  });

  it('asks about a thousand at once, and about no megabyte', async () => {
    const { opened, open } = gate();
    const { idOf, asked } = tokens(() => opened.then(() => ann));
    const all = Promise.allSettled(Array.from({ length: 1_001 }, (_, at) => idOf(`t-${at}`)));
    await expect(idOf('x'.repeat(16_385))).rejects.toMatchObject({ status: 401 });
    open();
    expect((await all).filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(asked).toHaveLength(1_000);
  });
});
