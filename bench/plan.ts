import { type Contender, careless, contenders, threefold } from './contenders.ts';
import type { Options } from './options.ts';
import { abortStorm } from './scenarios/abort-storm.ts';
import { json1k, json32k } from './scenarios/json.ts';
import { plugins } from './scenarios/plugins.ts';
import { rate200 } from './scenarios/rate-200.ts';
import { resilienceJson, resilienceSse } from './scenarios/resilience.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { sseBurst } from './scenarios/sse-burst.ts';
import { memory500, sseSlow100, sseSlow500 } from './scenarios/sse-slow.ts';
import { translateJson, translateSse } from './scenarios/translation.ts';
import { unwell } from './scenarios/unwell.ts';

/** A scenario and how much of it. */
export interface Planned {
  readonly scenario: Scenario;
  readonly rounds: number;
  readonly contenders: readonly Contender[];
  readonly warmUpMs: number;
}

const { direct, floor, least, hpm, gateway, logging, portkey } = contenders;
const everybody = [direct, floor, hpm, gateway, logging, portkey];

/** What is planned; the usual warming up where it says no other. */
type Plain = Omit<Planned, 'warmUpMs'> & Partial<Pick<Planned, 'warmUpMs'>>;

/** Rounds are as many as ten minutes allow in all. */
const full: readonly Plain[] = [
  { scenario: json1k, rounds: 25, contenders: [direct, floor, least, hpm, gateway, logging, portkey] },
  { scenario: sseBurst, rounds: 22, contenders: everybody },
  { scenario: json32k, rounds: 15, contenders: everybody },
  { scenario: translateJson, rounds: 10, contenders: [], warmUpMs: 1_000 },
  { scenario: translateSse, rounds: 10, contenders: [], warmUpMs: 1_000 },
  { scenario: resilienceJson, rounds: 12, contenders: [gateway, careless, threefold], warmUpMs: 1_000 },
  { scenario: resilienceSse, rounds: 12, contenders: [gateway, careless, threefold], warmUpMs: 1_000 },
  { scenario: unwell, rounds: 3, contenders: [], warmUpMs: 3_000 },
  { scenario: plugins, rounds: 25, contenders: [] },
  { scenario: sseSlow500, rounds: 7, contenders: [floor, hpm, gateway, logging, portkey] },
  { scenario: memory500, rounds: 4, contenders: [floor, hpm, gateway, portkey] },
  { scenario: sseSlow100, rounds: 5, contenders: [direct, floor, hpm, gateway, portkey] },
  { scenario: rate200, rounds: 7, contenders: [direct, floor, hpm, gateway, portkey] },
  { scenario: abortStorm, rounds: 2, contenders: [direct, floor, hpm, gateway, portkey] },
];

/** The last two say whether translation became worse by much; what it costs, the long run says. */
const short: readonly Plain[] = [
  { scenario: json1k, rounds: 15, contenders: [floor, hpm, gateway, logging] },
  { scenario: sseBurst, rounds: 15, contenders: [floor, hpm, gateway, logging] },
  { scenario: translateJson, rounds: 4, contenders: [], warmUpMs: 300 },
  { scenario: translateSse, rounds: 4, contenders: [], warmUpMs: 300 },
];

export const scenarioNames: readonly string[] = full.map(({ scenario }) => scenario.name);

export function planned(options: Options): Planned[] {
  const chosen = (options.short ? short : full).filter(({ scenario }) => options.only.length === 0 || options.only.includes(scenario.name));
  return chosen.map((one) => ({ warmUpMs: options.short ? 1_000 : 2_000, ...one, rounds: options.rounds ?? one.rounds }));
}
