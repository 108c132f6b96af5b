import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../../core/src/exchange.ts';
import type { Principal } from '../../../core/src/model/principal.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { principal } from '../../../core/src/slot.ts';
import { ownerOf } from '../../../core/src/upstream/owner.ts';
import { madeExchange } from './made-exchange.ts';

function exchangeOf(who: Principal): Exchange {
  const { exchange } = madeExchange([openaiCompatible({ name: 'up', baseUrl: 'http://127.0.0.1:9/v1' })]);
  exchange.setSlot(principal, who);
  return exchange;
}

const owner = (who: Principal): string => ownerOf(exchangeOf(who));

describe('ownerOf', () => {
  it('is the tenant, whoever of it asks', () => {
    expect(owner({ id: 'a', kind: 'user', tenant: 't' })).toBe(owner({ id: 'b', kind: 'key', tenant: 't' }));
    expect(owner({ id: 'a', kind: 'user', tenant: 't' })).not.toBe(owner({ id: 'a', kind: 'user', tenant: 'u' }));
  });

  it('is whoever asks where there is no tenant; no name of one is another’s', () => {
    const all: Principal[] = [
      { id: 'a', kind: 'user' },
      { id: 'a', kind: 'key' },
      { id: 'b', kind: 'user' },
      { id: 'x', kind: 'user', tenant: 'a' },
      { id: 'user', kind: 'user', tenant: 'user","a' },
    ];
    expect(new Set(all.map(owner)).size).toBe(all.length);
  });
});
