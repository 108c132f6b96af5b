// Medians of paired ratios with bootstrap intervals: absolute times on a shared machine move by almost a factor of two from
// one minute to the next, ratios taken within one round hold.

/** A median and the interval that holds it with 95 % confidence. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Resamples of a bootstrap. */
const resamples = 2_000;

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which a share `at` (0 to 1) of the values lies, interpolated; NaN of nothing. */
export function quantile(values: readonly number[], at: number): number {
  return ofSorted(Float64Array.from(values).sort(), at);
}

/** The median of the values with its 95 % percentile-bootstrap interval. The same values always give the same interval. */
export function estimate(values: readonly number[], seed = 1): Estimate {
  return bootstrap(values.length, (rounds) => median(rounds.map((round) => values[round] as number)), seed);
}

/** The ratio of two medians, with the interval that other rounds of the same kind would have given. */
export function ratioOfMedians(ones: readonly number[], others: readonly number[], seed = 1): Estimate {
  const of = (values: readonly number[], rounds: readonly number[]): number => median(rounds.map((round) => values[round] as number));
  return bootstrap(Math.min(ones.length, others.length), (rounds) => of(ones, rounds) / of(others, rounds), seed);
}

/** A statistic of rounds, and the interval in which it lies for 95 % of the samples drawn of them. */
function bootstrap(count: number, statistic: (rounds: readonly number[]) => number, seed: number): Estimate {
  const random = randomNumbers(seed);
  const all = Array.from({ length: count }, (_, round) => round);
  const found = new Float64Array(resamples);
  for (let draw = 0; draw < resamples; draw += 1) found[draw] = statistic(all.map(() => Math.floor(random() * count)));
  found.sort();
  return { median: statistic(all), low: ofSorted(found, 0.025), high: ofSorted(found, 0.975) };
}

/** Round by round, one over the other; rounds that lack either are left out. */
export function ratios(ones: readonly number[], others: readonly number[]): number[] {
  return ones.slice(0, others.length).map((one, round) => one / (others[round] as number));
}

/** Half the width of an interval as a share of its median: 0.25 means ± 25 %. */
export function halfWidth({ median: middle, low, high }: Estimate): number {
  return (high - low) / 2 / Math.abs(middle);
}

function ofSorted(sorted: Float64Array, at: number): number {
  const place = (sorted.length - 1) * at;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** Mulberry32: small, fast and good enough to draw samples with. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
