import { abTest } from './ab-test.ts';
import { byTier } from './by-tier.ts';
import { canary } from './canary.ts';
import { capabilities } from './capabilities.ts';
import { complexity } from './complexity/complexity.ts';
import { leastBusy } from './least-busy.ts';
import { lowestCost } from './lowest-cost.ts';
import { lowestLatency } from './lowest-latency.ts';
import { priority } from './priority.ts';
import { region } from './region.ts';
import { roundRobin } from './round-robin.ts';
import { shadow } from './shadow.ts';
import { sticky } from './sticky.ts';
import { weighted } from './weighted.ts';
import { when } from './when.ts';

/** The package's plugins by name, for configuration that names them. */
export const routing = {
  abTest,
  byTier,
  canary,
  capabilities,
  complexity,
  leastBusy,
  lowestCost,
  lowestLatency,
  priority,
  region,
  roundRobin,
  shadow,
  sticky,
  weighted,
  when,
} as const;
