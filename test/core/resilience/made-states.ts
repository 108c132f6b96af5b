import { type ResilienceConfig, resilienceSchema, Settings } from '../../../core/src/resilience/settings.ts';
import { TargetStates } from '../../../core/src/resilience/target-states.ts';
import type { Clock } from '../../../core/src/services/clock.ts';
import { manualClock } from '../harness/manual-clock.ts';

/** The states of a gateway's targets, with these settings; nobody hears of their changes. */
export function targetStates(config: ResilienceConfig = {}, clock: Clock = manualClock()): TargetStates {
  return new TargetStates(clock, { settings: settingsOf(config), connections: 1_024, changed: () => {} });
}

export function settingsOf(config: ResilienceConfig = {}): Settings {
  return new Settings(resilienceSchema.parse(config));
}
