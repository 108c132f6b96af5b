import { z } from 'zod';
import { maxTimerMs } from '../services/clock.ts';
import { backoffDefaults } from './backoff.ts';
import { breakerDefaults } from './breaker.ts';

const count = z.int().positive();

const milliseconds = z.int().positive().max(maxTimerMs);

const share = z.number().gt(0).max(1);

/** What may differ by alias and by target. */
const callShape = {
  /** Further tries of the same target, where a failure may pass. */
  retries: z.int().min(0).max(5),
  /** Longest wait before the first retry, and before any. Milliseconds. */
  backoff: z.strictObject({ baseMs: milliseconds, capMs: milliseconds, toldCapMs: milliseconds }),
  /** Milliseconds to a stream's first content, where another target may be asked instead and nobody asked for reasoning. */
  firstTokenMs: milliseconds,
  /** Milliseconds without a byte, in the same cases. */
  silenceMs: milliseconds,
  /** After a stream broke off: go on with another target's answer where it fits, or tell the error. */
  recovery: z.enum(['resume', 'error']),
  /** Ask a second target when the first takes longer than it mostly does. `share`: of all calls. */
  hedge: z.union([z.literal(false), z.strictObject({ share: share.default(0.05), minMs: milliseconds.default(500) })]),
};

/** What belongs to a target, whoever asks it. */
const targetShape = {
  breaker: z.union([
    z.literal(false),
    z.strictObject({
      consecutive: count.default(breakerDefaults.consecutive),
      ratio: share.default(breakerDefaults.ratio),
      calls: count.default(breakerDefaults.calls),
      windowMs: milliseconds.default(breakerDefaults.windowMs),
      probeMs: milliseconds.default(breakerDefaults.probeMs),
    }),
  ]),
  /** Calls under way at once: a number, or found out by what the target says of its load. */
  concurrency: z.union([count, z.literal('adaptive')]),
  /** Milliseconds that a call may wait for its turn, and how many may. */
  queueMs: z.int().nonnegative().max(maxTimerMs),
  queueLength: z.int().nonnegative(),
};

const callOverrides = z.strictObject(callShape).partial();
const targetOverrides = z.strictObject({ ...callShape, ...targetShape }).partial();

export const resilienceSchema = z.strictObject({
  retries: callShape.retries.default(2),
  backoff: z
    .strictObject({
      baseMs: milliseconds.default(backoffDefaults.baseMs),
      capMs: milliseconds.default(backoffDefaults.capMs),
      toldCapMs: milliseconds.default(backoffDefaults.toldCapMs),
    })
    .prefault({}),
  firstTokenMs: callShape.firstTokenMs.default(10_000),
  silenceMs: callShape.silenceMs.default(10_000),
  recovery: callShape.recovery.default('resume'),
  hedge: callShape.hedge.default(false),
  breaker: targetShape.breaker.prefault({}),
  concurrency: targetShape.concurrency.default('adaptive'),
  queueMs: targetShape.queueMs.default(5_000),
  queueLength: targetShape.queueLength.default(100),
  /** By alias. */
  aliases: z.record(z.string(), callOverrides).default({}),
  /** By `provider/model`; counts before an alias's. */
  targets: z.record(z.string(), targetOverrides).default({}),
});

export type Resilience = z.output<typeof resilienceSchema>;

/** What a team writes down. */
export type ResilienceConfig = z.input<typeof resilienceSchema>;

export type CallSettings = Pick<Resilience, keyof typeof callShape>;

export type TargetSettings = Pick<Resilience, keyof typeof targetShape>;

/** Settings as they hold for one call or one target. Put together once each: most are nobody's exception. */
export class Settings {
  readonly #config: Resilience;
  readonly #calls: ReadonlyMap<string, CallSettings>;
  readonly #targets: ReadonlyMap<string, TargetSettings>;

  constructor(config: Resilience) {
    this.#config = config;
    const { aliases, targets } = config;
    const names = [...Object.keys(aliases), ''];
    const places = [...Object.keys(targets), ''];
    this.#calls = new Map(
      names.flatMap((alias) =>
        places.map((target) => [keyOf(alias, target), merged<CallSettings>(config, aliases[alias], targets[target])] as const),
      ),
    );
    this.#targets = new Map(Object.keys(targets).map((target) => [target, merged<TargetSettings>(config, targets[target])]));
  }

  /** Of a call for `model` (an alias, or a target by its own name) at a target. */
  call(model: string, target: string): CallSettings {
    const { aliases, targets } = this.#config;
    const alias = Object.hasOwn(aliases, model) ? model : '';
    const place = Object.hasOwn(targets, target) ? target : '';
    return alias === '' && place === '' ? this.#config : (this.#calls.get(keyOf(alias, place)) as CallSettings);
  }

  target(target: string): TargetSettings {
    return this.#targets.get(target) ?? this.#config;
  }
}

/** What is written down counts, the last of it most; `undefined` is nothing. */
function merged<T extends object>(base: T, ...exceptions: readonly (object | undefined)[]): T {
  const said = exceptions.flatMap((one) => Object.entries(one ?? {}).filter(([, value]) => value !== undefined));
  return { ...base, ...Object.fromEntries(said) };
}

function keyOf(alias: string, target: string): string {
  return `${alias}\n${target}`;
}
