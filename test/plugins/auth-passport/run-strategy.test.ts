import { Strategy as AnonymousStrategy } from 'passport-anonymous';
import { Strategy as BearerStrategy } from 'passport-http-bearer';
import { describe, expect, it } from 'vitest';
import type { Strategy } from '../../../plugins/auth-passport/src/options.ts';
import { runStrategy } from '../../../plugins/auth-passport/src/run-strategy.ts';

interface Actions {
  success(user: unknown, info?: unknown): void;
  fail(challenge?: unknown, status?: number): void;
  redirect(url: string): void;
  pass(): void;
  error(problem: unknown): void;
}

function strategy(act: (this: Actions, request: Record<string, unknown>) => unknown): Strategy {
  return { authenticate: act as Strategy['authenticate'] };
}

const request = (headers: object = {}): Record<string, unknown> => ({ headers, url: '/ai', method: 'POST' });

describe('runStrategy', () => {
  it('says whom a strategy knows, and what it says besides', async () => {
    const outcome = runStrategy(
      strategy(function () {
        this.success({ name: 'ann' }, { scope: 'chat' });
      }),
      request(),
    );
    expect(await outcome).toEqual({ kind: 'success', user: { name: 'ann' }, info: { scope: 'chat' } });
  });

  it.each([
    ['Basic realm="x"', 'Basic realm="x"'],
    [{ message: 'wrong password' }, undefined],
    [undefined, undefined],
    ['a\r\nset-cookie: x=1', undefined],
    ['ü', undefined],
  ])('hands on the challenge of a refusal where it is one for a header: %j', async (said, challenge) => {
    const refusing = strategy(function () {
      this.fail(said);
    });
    expect(await runStrategy(refusing, request())).toEqual({ kind: 'fail', challenge });
  });

  it.each([undefined, null, false, 0, ''])('AUTH-4: success with %j as user is none', async (user) => {
    const nobody = strategy(function () {
      this.success(user);
    });
    expect(await runStrategy(nobody, request())).toMatchObject({ kind: 'fail' });
  });

  it('AUTH-13: takes a redirect for a refusal, wherever it leads', async () => {
    const leading = strategy(function () {
      this.redirect('https://evil.example/?next=//evil');
    });
    expect(await runStrategy(leading, request())).toEqual({ kind: 'fail', challenge: undefined });
  });

  it('leaves to others what a strategy passes on: an anonymous one lets nobody in', async () => {
    expect(await runStrategy(new AnonymousStrategy(), request({ authorization: 'Bearer wrong' }))).toEqual({ kind: 'pass' });
  });

  it.each<[string, (this: Actions) => unknown]>([
    [
      'says it errs',
      function () {
        this.error(new Error('directory away'));
      },
    ],
    [
      'throws',
      () => {
        throw new Error('directory away');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('directory away');
      },
    ],
    [
      'rejects later',
      async () => {
        await new Promise((resolve) => setImmediate(resolve));
        throw new Error('directory away');
      },
    ],
  ])('AUTH-4: rejects where a strategy %s', async (_how, act) => {
    await expect(runStrategy(strategy(act), request())).rejects.toThrow('directory away');
  });

  it('lets a strategy write to a stand-in of the request alone, and keeps requests apart', async () => {
    const original = request();
    const writing = strategy(function (own) {
      own.user = 'ann';
      own.session = {};
      setImmediate(() => this.success({ name: own.user }));
    });
    const [one, other] = await Promise.all([runStrategy(writing, original), runStrategy(writing, request())]);
    expect([one, other].map(({ kind }) => kind)).toEqual(['success', 'success']);
    expect(Object.keys(original)).toEqual(['headers', 'url', 'method']);
    expect(Object.keys(writing)).toEqual(['authenticate']);
  });

  it('runs real strategies', async () => {
    const bearer = new BearerStrategy((token, done) => done(null, token === 'right' && { name: 'ann' }));
    expect(await runStrategy(bearer, request({ authorization: 'Bearer right' }))).toMatchObject({ kind: 'success', user: { name: 'ann' } });
    expect(await runStrategy(bearer, request({ authorization: 'Bearer wrong' }))).toEqual({
      kind: 'fail',
      challenge: 'Bearer realm="Users", error="invalid_token"',
    });
    expect(await runStrategy(bearer, request())).toEqual({ kind: 'fail', challenge: 'Bearer realm="Users"' });
  });
});
