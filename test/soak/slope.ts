/** Memory after so many requests. */
export interface Sample {
  readonly requests: number;
  readonly bytes: number;
}

/** Growth in bytes per request, with its 95 % interval. */
export interface Slope {
  readonly bytesPerRequest: number;
  readonly low: number;
  readonly high: number;
}

/** With fewer the interval below would be a guess. */
const fewest = 6;

/** Least squares over samples of one process, oldest first. */
export function slopeOf(samples: readonly Sample[]): Slope {
  if (samples.length < fewest) throw new RangeError(`a slope needs ${fewest} samples, received ${samples.length}`);
  const x = mean(samples.map(({ requests }) => requests));
  const y = mean(samples.map(({ bytes }) => bytes));
  let spread = 0;
  let common = 0;
  for (const { requests, bytes } of samples) {
    spread += (requests - x) ** 2;
    common += (requests - x) * (bytes - y);
  }
  if (spread === 0) throw new RangeError('a slope needs samples of different moments');
  const slope = common / spread;
  const residual = samples.reduce((sum, { requests, bytes }) => sum + (bytes - y - slope * (requests - x)) ** 2, 0);
  const freedom = samples.length - 2;
  const margin = studentsT(freedom) * Math.sqrt(residual / freedom / spread);
  return { bytesPerRequest: slope, low: slope - margin, high: slope + margin };
}

/** The 97.5 % quantile by the expansion of Cornish and Fisher: within 2 % of the tables from four degrees of freedom on. */
function studentsT(freedom: number): number {
  return 1.96 + 2.3725 / freedom + 2.822 / freedom ** 2;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
