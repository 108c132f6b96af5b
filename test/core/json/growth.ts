/**
 * How much longer twice the work takes: about 2 when the cost is linear, 4 when it is quadratic. The best of several
 * rounds on each side, so that a busy machine does not decide.
 */
export function growth(make: (size: number) => () => unknown, size: number, rounds = 7): number {
  const once = make(size);
  const twice = make(size * 2);
  once();
  twice();
  let small = Number.POSITIVE_INFINITY;
  let large = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round += 1) {
    small = Math.min(small, milliseconds(once));
    large = Math.min(large, milliseconds(twice));
  }
  return large / small;
}

export function milliseconds(action: () => unknown): number {
  const start = performance.now();
  action();
  return performance.now() - start;
}
