import type { GatewayConfig } from '../../../../core/src/config.ts';
import { Clock } from '../../../../core/src/services/clock.ts';
import { provide } from '../../../../core/src/services/container.ts';
import type { RateLimitOptions } from '../../../../plugins/rate-limit/src/options.ts';
import { rateLimit } from '../../../../plugins/rate-limit/src/plugin.ts';
import { type Answer, running, type Upstream, upstream } from '../../../core/harness/loopback.ts';
import { type ManualClock, manualClock } from '../../../core/harness/manual-clock.ts';
import { believing } from '../../support/believing.ts';

export interface Who {
  readonly id?: string;
  readonly tenant?: string;
  readonly user?: string;
  readonly app?: string;
  readonly plan?: string;
}

/** A gateway with rate limits, whose time the test owns. */
export async function limited(options: RateLimitOptions, config: Partial<GatewayConfig> = {}, answer?: Upstream) {
  const up = await upstream(answer);
  const clock: ManualClock = manualClock();
  const { plugins = [], services = [], ...rest } = config;
  const run = await running(up.url, {
    models: { chat: 'up/m', other: 'up/n' },
    ...rest,
    plugins: [believing, rateLimit(options), ...plugins],
    allowAnonymous: false,
    services: [provide(Clock, clock), ...services],
  });
  const ask = (who: Who = {}, body: object = {}, signal?: AbortSignal): Promise<Answer> =>
    run.chat(body, { headers: { 'x-who': JSON.stringify({ id: 'ann', kind: 'key', ...who }) }, ...(signal && { signal }) });
  const statuses = async (times: number, who: Who = {}, body: object = {}): Promise<number[]> => {
    const all: number[] = [];
    for (let at = 0; at < times; at += 1) all.push((await ask(who, body)).status);
    return all;
  };
  return { ...run, up, clock, ask, statuses };
}
