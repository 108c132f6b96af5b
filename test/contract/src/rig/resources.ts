import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { until } from './time.ts';

/** Things that hold memory, a socket or the process until somebody lets go of them. */
const watched = new Set([
  'Timeout',
  'TCPWRAP',
  'TCPSERVERWRAP',
  'PIPEWRAP',
  'PIPESERVERWRAP',
  'UDPWRAP',
  'TLSWRAP',
  'HTTP2SESSION',
  'PROCESSWRAP',
  'WORKER',
  'MESSAGEPORT',
  'FSEVENTWRAP',
  'STATWATCHER',
]);

/**
 * Timers that Node's HTTP (the second that its `date` header shows) and undici (one clock for all its time limits) share in
 * the whole process. They end by themselves within a second, and belong to nobody who happened to be first.
 */
const sharedTimers = new Set(['resetCache', 'onTick']);

function isShared(type: string, resource: object): boolean {
  if (type !== 'Timeout' || !('_onTimeout' in resource) || !('_repeat' in resource)) return false;
  const { _onTimeout: listener, _repeat: interval } = resource;
  return typeof listener === 'function' && sharedTimers.has(listener.name) && interval === null;
}

/** Counts what is opened by code that runs inside `run`, and not yet closed. A runner's own timers are outside, and do not count. */
export class ResourceWatch {
  readonly #inside = new AsyncLocalStorage<ResourceWatch>();
  readonly #live = new Map<number, string>();
  readonly #hook = createHook({
    init: (id, type, _trigger, resource) => {
      if (watched.has(type) && this.#inside.getStore() === this && !isShared(type, resource)) this.#live.set(id, type);
    },
    destroy: (id) => {
      this.#live.delete(id);
    },
  });

  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#hook.enable();
    try {
      return await this.#inside.run(this, work);
    } finally {
      this.#hook.disable();
    }
  }

  /** Waits until no more than so many are open. The waiting itself is not counted. */
  fallTo(count: number, limitMs: number): Promise<boolean> {
    return this.#inside.exit(() => until(() => this.count <= count, limitMs));
  }

  get count(): number {
    return this.#live.size;
  }

  /** For messages: `2 × Timeout, 1 × TCPWRAP`. */
  describe(): string {
    const counts = new Map<string, number>();
    for (const type of this.#live.values()) counts.set(type, (counts.get(type) ?? 0) + 1);
    return [...counts].map(([type, count]) => `${count} × ${type}`).join(', ') || 'nothing';
  }
}

let collect: (() => void) | undefined;

/** Collects garbage, also in a process that was not started with `--expose-gc`: thoroughly, or until it has freed enough. */
export async function collectGarbage(enough: () => boolean = () => false): Promise<void> {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  for (let round = 0; round < 3 && !enough(); round += 1) {
    // What `enough` looked at is held until its job is over.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
}
