import { describe, expect, it } from 'vitest';
import { AdminRoutes } from '../../../core/src/services/admin-routes.ts';
import { AuditLog } from '../../../core/src/services/audit-log.ts';
import { BreakerShare } from '../../../core/src/services/breaker-share.ts';
import { CacheStore } from '../../../core/src/services/cache-store.ts';
import { Clock } from '../../../core/src/services/clock.ts';
import { provide, ServiceContainer, type ServiceProvision } from '../../../core/src/services/container.ts';
import { CounterStore } from '../../../core/src/services/counter-store.ts';
import { defaultServices } from '../../../core/src/services/defaults.ts';
import { GuardedFetch } from '../../../core/src/services/guarded-fetch.ts';
import { KeyStore } from '../../../core/src/services/key-store.ts';
import { Ledger } from '../../../core/src/services/ledger.ts';
import { Logger } from '../../../core/src/services/logger.ts';
import { ModelCatalog } from '../../../core/src/services/model-catalog.ts';
import { Models } from '../../../core/src/services/models.ts';
import { PriceBook } from '../../../core/src/services/price-book.ts';
import { Signals } from '../../../core/src/services/signals.ts';
import type { Token } from '../../../core/src/services/token.ts';
import { TokenEstimator } from '../../../core/src/services/token-estimator.ts';
import { manualClock } from '../harness/manual-clock.ts';
import { recordingLogger } from '../harness/recording-logger.ts';

const models: Models = { call: () => Promise.reject(new Error('no calls here')) };

const every: readonly Token[] = [
  Logger,
  Clock,
  CounterStore,
  CacheStore,
  KeyStore,
  Ledger,
  PriceBook,
  ModelCatalog,
  TokenEstimator,
  Signals,
  BreakerShare,
  AdminRoutes,
  AuditLog,
  GuardedFetch,
  Models,
];

function services(...own: ServiceProvision[]): ServiceContainer {
  return new ServiceContainer([...defaultServices(models), ...own]);
}

describe('defaultServices', () => {
  it('has every service that plugins may ask for', () => {
    const container = services();
    for (const token of every) expect(container.get(token), token.name).toBeDefined();
    expect(new Set(every.map(({ key }) => key)).size).toBe(every.length);
  });

  it('each is one per gateway: asked twice, the same', () => {
    const container = services();
    for (const token of every) expect(container.get(token), token.name).toBe(container.get(token));
  });

  it('what remembers is another in another gateway', async () => {
    const [one, other] = [services(), services()];
    const remembering: readonly Token[] = [CounterStore, CacheStore, KeyStore, Ledger, Signals, AdminRoutes, AuditLog];
    for (const token of remembering) expect(one.get(token), token.name).not.toBe(other.get(token));
    await one.get(CounterStore).add('k', 1, 1_000);
    expect((await other.get(CounterStore).add('k', 1, 1_000)).value).toBe(1);
  });

  it('Models is the one the gateway made', () => {
    expect(services().get(Models)).toBe(models);
  });

  it('counters and cache go by the gateway’s clock, the team’s own too', async () => {
    const clock = manualClock();
    const container = services(provide(Clock, clock));
    await container.get(CounterStore).add('k', 1, 1_000);
    await container.get(CacheStore).set('k', Uint8Array.of(1), 1_000);
    expect(await container.get(CacheStore).get('k')).toEqual(Uint8Array.of(1));
    clock.advance(1_001);
    expect((await container.get(CounterStore).add('k', 1, 1_000)).value).toBe(1);
    expect(await container.get(CacheStore).get('k')).toBeUndefined();
  });

  it('signals tell their failures to the gateway’s logger, the team’s own too', () => {
    const logger = recordingLogger();
    const signals = services(provide(Logger, logger)).get(Signals);
    signals.on('fallback', () => {
      throw new Error('thrown here');
    });
    signals.emit('fallback', { exchange: 'e', from: 'a', to: 'b', code: 'c' });
    expect(logger.texts('error').join()).toContain('thrown here');
  });

  it('a logger that throws hurts nobody who emits a signal', () => {
    const broken = () => {
      throw new Error('disk full');
    };
    const signals = services(provide(Logger, { enabled: broken, log: broken })).get(Signals);
    signals.on('fallback', broken);
    signals.emit('fallback', { exchange: 'e', from: 'a', to: 'b', code: 'c' });
  });
});
