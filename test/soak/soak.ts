import { startSimulatedProvider } from '@express-ai-gateway/plugin-kit/simulated-provider';
import { type Drained, drain } from './drain.ts';
import { type Census, GatewayChild, type MemorySample } from './gateway-child.ts';
import { Load, type LoadCounts } from './load.ts';
import { bodyBytes } from './mix.ts';
import type { Plant } from './plugins.ts';
import { UpstreamWatch } from './upstream-watch.ts';

export interface SoakOptions {
  readonly requests: number;
  /** The same seed sends the same requests. */
  readonly seed: number;
  /** Streams that are open when the gateway closes. */
  readonly streams: number;
  /** A leak to be found, for the soak's own test. */
  readonly plant?: Plant | undefined;
  readonly progress?: (progress: Progress) => void;
}

export interface Progress {
  readonly done: number;
  readonly elapsedMs: number;
  readonly sample: MemorySample;
}

/** Memory at one moment of the run. */
export interface Moment extends MemorySample {
  readonly requests: number;
}

/** Everything that was measured. */
export interface SoakResult {
  readonly options: SoakOptions;
  readonly load: LoadCounts;
  readonly loadMs: number;
  /** After the warm-up, oldest first. */
  readonly moments: readonly Moment[];
  readonly upstream: UpstreamWatch;
  readonly drained: Drained;
  readonly census: Census;
}

/** Requests under way at once. */
const clients = 32;

/** Time that streams get to end by themselves when the gateway closes. Milliseconds. */
const closeMs = 5_000;

/** The share of requests after which code is compiled, pools are full, and memory is worth looking at. */
export const warmUp = 0.2;

/** Requests through a gateway in a process of its own; then 1,000 streams and `close()`; then a look at what is left. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const provider = await startSimulatedProvider();
  const upstream = new UpstreamWatch();
  let gateway: GatewayChild | undefined;
  try {
    gateway = await GatewayChild.start({ upstream: provider.url, bodyBytes, closeMs, plant: options.plant });
    const load = new Load(gateway.port, options.seed, clients, upstream);
    const start = performance.now();
    const moments = await measured(load, gateway, upstream, options);
    const loadMs = performance.now() - start;
    await load.close();
    const drained = await drain(gateway, options.streams);
    const census = await gateway.ask('census');
    await upstream.settled(5_000);
    return { options, load: load.counts, loadMs, moments, upstream, drained, census };
  } finally {
    upstream.stop();
    await gateway?.stop();
    await provider.close();
  }
}

/** The load in equal parts, with a sample after each. */
async function measured(
  load: Load,
  gateway: GatewayChild,
  upstream: UpstreamWatch,
  { requests, progress }: SoakOptions,
): Promise<Moment[]> {
  const parts = partsOf(requests);
  const start = performance.now();
  const moments: Moment[] = [];
  for (let part = 1; part <= parts; part += 1) {
    const done = Math.round((requests * part) / parts);
    await load.run(Math.round((requests * (part - 1)) / parts), done);
    const sample = await gateway.ask('sample');
    if (part <= parts * warmUp) upstream.warm();
    if (part >= parts * warmUp) moments.push({ requests: done, ...sample });
    progress?.({ done, elapsedMs: performance.now() - start, sample });
  }
  return moments;
}

/** Enough samples for an interval, each long enough that the pause for it does not count. */
function partsOf(requests: number): number {
  return Math.min(50, Math.max(10, Math.floor(requests / 500)));
}
