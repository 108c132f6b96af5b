/** Timers armed by code of this process through the globals, those that do not keep the process alive included. */
export interface TimerWatch {
  readonly live: number;
}

/** From now on. Node itself only tells of timers that keep the process alive. */
export function watchTimers(): TimerWatch {
  const live = new Set<NodeJS.Timeout>();
  const arm = globalThis.setTimeout;
  const disarm = globalThis.clearTimeout;
  const watched = (action: (...args: unknown[]) => void, ms?: number, ...args: unknown[]): NodeJS.Timeout => {
    const timer = arm(() => {
      live.delete(timer);
      action(...args);
    }, ms);
    live.add(timer);
    return timer;
  };
  globalThis.setTimeout = Object.assign(watched, { __promisify__: arm.__promisify__ }) as typeof setTimeout;
  globalThis.clearTimeout = ((timer: NodeJS.Timeout | undefined) => {
    if (timer !== undefined) live.delete(timer);
    disarm(timer);
  }) as typeof clearTimeout;
  return {
    get live() {
      return live.size;
    },
  };
}
