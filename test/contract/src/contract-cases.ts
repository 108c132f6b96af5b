import { anySplit } from './checks/any-split.ts';
import { byteFaithful } from './checks/byte-faithful.ts';
import type { ContractCase } from './checks/check.ts';
import { everyWay } from './checks/every-way.ts';
import { failurePolicy } from './checks/failure-policy.ts';
import { isolation } from './checks/isolation.ts';
import { noLeak } from './checks/no-leak.ts';
import { streamSafety } from './checks/stream-safety.ts';
import type { PluginRegistration } from './registration.ts';

/**
 * The contract as named cases, for a runner that shows each:
 * `for (const { name, run } of contractCases(registration)) it(name, run)`.
 */
export function contractCases(registration: PluginRegistration): readonly ContractCase[] {
  return [
    ...everyWay(registration),
    ...noLeak(registration),
    ...isolation(registration),
    ...streamSafety(registration),
    ...anySplit(registration),
    ...byteFaithful(registration),
    ...failurePolicy(registration),
  ];
}
