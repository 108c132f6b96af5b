/**
 * How much longer twice the work takes: about 2 when the cost is linear, 4 when it is quadratic. Measured over four times the
 * work, which doubles it twice, and as the best of several rounds on each side, so that a busy machine does not decide.
 */
export function growth(make: (size: number) => () => unknown, size: number, rounds = 7): number {
  const once = make(size);
  const fourTimes = make(size * 4);
  once();
  fourTimes();
  let small = Number.POSITIVE_INFINITY;
  let large = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round += 1) {
    small = Math.min(small, milliseconds(once));
    large = Math.min(large, milliseconds(fourTimes));
  }
  return Math.sqrt(large / small);
}

export function milliseconds(action: () => unknown): number {
  const start = performance.now();
  action();
  return performance.now() - start;
}
