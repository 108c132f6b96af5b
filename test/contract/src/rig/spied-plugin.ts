import type { GatewayPlugin, Lease } from '@express-ai-gateway/core/plugin';
import type { Recorder } from './recorder.ts';

/** What a broken service says; no client may ever read it. */
export const outageText = 'kit-outage: redis://kit-user:kit-password@10.0.0.7:6379 refused';

/** A switch: from now on every service that works with promises rejects. */
export interface Outage {
  on: boolean;
  /** How often a call was rejected. */
  hits: number;
}

/** The plugin with its services watched. Its hooks stay its own. Class plugins get theirs from a container, which nobody else sees. */
export function spiedPlugin(plugin: GatewayPlugin, recorder: Recorder, outage: Outage): GatewayPlugin {
  const { build } = plugin;
  if (build.kind !== 'create') return plugin;
  return Object.freeze({
    ...plugin,
    build: {
      kind: 'create',
      create: (options: unknown, services: Record<string, unknown>) =>
        build.create(
          options,
          Object.fromEntries(Object.entries(services).map(([key, service]) => [key, spied(key, service, recorder, outage)])),
        ),
    } as const,
  });
}

function spied(name: string, service: unknown, recorder: Recorder, outage: Outage): unknown {
  if (typeof service !== 'object' || service === null) return service;
  return new Proxy(service, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== 'function' || typeof property !== 'string') return member;
      return (...values: unknown[]): unknown => {
        recorder.called(name, property, values);
        const result: unknown = (member as (...values: unknown[]) => unknown).apply(target, values);
        if (!(result instanceof Promise)) return result;
        if (outage.on) return reject(result, outage);
        return property === 'lease' ? result.then((lease) => watchedLease(lease as Lease | undefined, recorder)) : result;
      };
    },
  });
}

async function reject(result: Promise<unknown>, outage: Outage): Promise<never> {
  outage.hits += 1;
  await result.catch(() => {});
  throw new Error(outageText);
}

function watchedLease(lease: Lease | undefined, recorder: Recorder): Lease | undefined {
  if (lease === undefined) return undefined;
  recorder.openLeases += 1;
  let open = true;
  return {
    release() {
      if (open) recorder.openLeases -= 1;
      open = false;
      return lease.release();
    },
  };
}
