import { describe, expect, it } from 'vitest';
import { gatewayError } from '../../../core/src/errors.ts';
import type { GatewayResponse } from '../../../core/src/model/response.ts';
import { defineProvider } from '../../../core/src/providers/define-provider.ts';
import { CredentialPools } from '../../../core/src/upstream/credential-pools.ts';
import { withCredential } from '../../../core/src/upstream/with-credential.ts';
import { manualClock } from '../harness/manual-clock.ts';
import { addressed, madeExchange } from './made-exchange.ts';

const answer = { status: 200, headers: {}, source: 'upstream', body: { kind: 'json' } } as unknown as GatewayResponse;
describe('withCredential', () => {
  const keyed = (count: number) =>
    defineProvider({
      name: 'keyed',
      baseUrl: 'http://127.0.0.1:9/v1',
      paths: { 'openai-chat': '/chat' },
      credentials: Array.from({ length: count }, (_, index) => ({ headers: { authorization: `Bearer sk-${index}` } })),
    });

  /** Sends with `count` keys; `outcome` says what happens with each. */
  function sendingWith(count: number, outcome: (key: string) => GatewayResponse | Error) {
    const provider = keyed(count);
    const clock = manualClock();
    const made = madeExchange([provider], { clock });
    const shown: string[] = [];
    const next = withCredential(new CredentialPools([provider], clock), async ({ credential, kind }) => {
      shown.push(`${kind} ${credential.name}`);
      const result = outcome(credential.name);
      if (result instanceof Error) throw result;
      return result;
    });
    return { ...made, clock, shown, sent: () => next(addressed(made.exchange, made.targets[0]!)) };
  }

  it('shows the keys in turn', async () => {
    const { sent, shown } = sendingWith(3, () => answer);
    for (let call = 0; call < 4; call += 1) await sent();
    expect(shown).toEqual(['first key-1', 'first key-2', 'first key-3', 'first key-1']);
  });

  it.each(['GW_UPSTREAM_AUTH', 'GW_UPSTREAM_RATE_LIMITED'] as const)(
    '%s: another key is tried at once, and the refused one rests',
    async (code) => {
      const { sent, shown, clock } = sendingWith(2, (key) => (key === 'key-1' ? gatewayError(code) : answer));
      expect(await sent()).toBe(answer);
      expect(shown).toEqual(['first key-1', 'retry key-2']);
      expect(await sent()).toBe(answer);
      expect(shown.slice(2)).toEqual(['first key-2']);
      clock.advance(61_000);
      await sent();
      expect(shown.slice(3)).toEqual(['first key-1', 'retry key-2']);
    },
  );

  it('lets a key rest as long as the provider says', async () => {
    const limited = gatewayError('GW_UPSTREAM_RATE_LIMITED', { headers: { 'retry-after-ms': '20000' } });
    const { sent, shown, clock } = sendingWith(2, (key) => (key === 'key-1' ? limited : answer));
    await sent();
    clock.advance(19_000);
    await sent();
    expect(shown.slice(2)).toEqual(['first key-2']);
    clock.advance(2_000);
    await sent();
    expect(shown.slice(3)).toEqual(['first key-1', 'retry key-2']);
  });

  it('tells the error once every key was refused, each asked once', async () => {
    const { sent, shown } = sendingWith(3, () => gatewayError('GW_UPSTREAM_AUTH'));
    await expect(sent()).rejects.toMatchObject({ code: 'GW_UPSTREAM_AUTH' });
    expect(shown).toEqual(['first key-1', 'retry key-2', 'retry key-3']);
  });

  it('never takes the last key away', async () => {
    const { sent, shown } = sendingWith(1, () => gatewayError('GW_UPSTREAM_AUTH'));
    for (let call = 0; call < 2; call += 1) await expect(sent()).rejects.toMatchObject({ code: 'GW_UPSTREAM_AUTH' });
    expect(shown).toEqual(['first key-1', 'first key-1']);
  });

  it('tries no other key for what a key has no part in, nor for a client that left', async () => {
    const broken = sendingWith(2, () => gatewayError('GW_UPSTREAM_ERROR'));
    await expect(broken.sent()).rejects.toMatchObject({ code: 'GW_UPSTREAM_ERROR' });
    expect(broken.shown).toHaveLength(1);

    const left = sendingWith(2, () => {
      left.exchange.abort(gatewayError('GW_CLIENT_CLOSED'));
      return gatewayError('GW_UPSTREAM_AUTH');
    });
    await expect(left.sent()).rejects.toMatchObject({ code: 'GW_UPSTREAM_AUTH' });
    expect(left.shown).toHaveLength(1);
  });
});
