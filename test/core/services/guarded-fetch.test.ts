import { describe, expect, it } from 'vitest';
import { provide, ServiceContainer } from '../../../core/src/services/container.ts';
import { defaultServices } from '../../../core/src/services/defaults.ts';
import { GuardedFetch } from '../../../core/src/services/guarded-fetch.ts';

describe('GuardedFetch', () => {
  it('is the team’s own where it gives one', async () => {
    const mine: GuardedFetch = { fetch: async () => ({ status: 200, headers: {}, body: Buffer.from('mine') }) };
    const services = new ServiceContainer([...defaultServices({} as never), provide(GuardedFetch, mine)]);
    expect(services.get(GuardedFetch)).toBe(mine);
  });
});
