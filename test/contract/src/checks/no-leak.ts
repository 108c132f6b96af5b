import type { PluginRegistration } from '../registration.ts';
import { dialects } from '../rig/dialects/all.ts';
import type { KitDialect, StreamFormat, UpstreamFormat } from '../rig/dialects/kit-dialect.ts';
import { collectGarbage, ResourceWatch } from '../rig/resources.ts';
import { type Rig, withRig } from '../rig/rig.ts';
import { until } from '../rig/time.ts';
import { answering, requestOf } from '../rig/ways.ts';
import { must } from '../violation.ts';
import { type ContractCase, contractCase } from './check.ts';

/** Exchanges of one run: enough to tell what grows with them from what a gateway keeps anyway. */
const exchanges = 8;

/** Time for what is closing to be closed. Milliseconds. */
const graceMs = 3_000;

interface Remains {
  /** Sockets and timers that came with the second half of the exchanges. */
  readonly grown: number;
  readonly grownWhat: string;
  /** What is left when the gateway is closed. */
  readonly left: number;
  readonly leftWhat: string;
  /** Contexts of exchanges that somebody still holds when they are over. Takes a collection of garbage to know. */
  contexts(): Promise<number>;
  readonly processListeners: number;
}

/** Nothing stays behind: not after each exchange, and not after the gateway. Compared with the same gateway without the plugin. */
export function noLeak(registration: PluginRegistration): ContractCase[] {
  return dialects.flatMap((dialect) => {
    const { id, upstream } = dialect;
    if (upstream === undefined) return [];
    const { stream } = upstream;
    const leakCase = (what: string, exchange: (rig: Rig) => Promise<void>): ContractCase =>
      contractCase('no-leak', `${id}, ${what}`, () => check(registration, exchange));
    return [
      leakCase('exchanges that end well', (rig) => complete(rig, dialect, false)),
      leakCase('errors of the upstream', (rig) => fail(rig, dialect, upstream)),
      ...(stream === undefined
        ? []
        : [
            leakCase('streams that end well', (rig) => complete(rig, dialect, true)),
            leakCase('streams that are left', (rig) => leave(rig, dialect, stream)),
          ]),
    ];
  });
}

async function check(registration: PluginRegistration, exchange: (rig: Rig) => Promise<void>): Promise<void> {
  const usual = await remainsOf(registration, exchange, undefined);
  const seen = await remainsOf(registration, exchange, usual);
  const many = exchanges / 4;
  must(
    seen.grown - usual.grown < many,
    () =>
      `each exchange leaves something open: ${seen.grownWhat} after ${exchanges} exchanges; clear timers and close sockets in onSettled`,
  );
  const contexts = await seen.contexts();
  must(
    contexts < many || contexts - (await usual.contexts()) < many,
    () => `${contexts} of ${exchanges} contexts are still held when their exchanges are over; keep per-exchange data in slots, not in maps`,
  );
  must(
    seen.processListeners <= usual.processListeners,
    () => `${seen.processListeners} listener(s) stay on process; remove them in dispose`,
  );
  must(seen.left <= usual.left, () => `the closed gateway leaves open: ${seen.leftWhat}; end it in dispose`);
}

/** With the plugin when `usual`, what remains without it, is given. */
function remainsOf(registration: PluginRegistration, exchange: (rig: Rig) => Promise<void>, usual: Remains | undefined): Promise<Remains> {
  const watch = new ResourceWatch();
  const listenersBefore = processListeners();
  return watch.run(async () => {
    const contexts: WeakRef<object>[] = [];
    const during = await withRig(
      registration,
      async (rig) => {
        rig.outer.onRequest = (context) => void contexts.push(new WeakRef(context));
        for (let count = 0; count < exchanges / 2; count += 1) await exchange(rig);
        const half = watch.count;
        for (let count = 0; count < exchanges / 2; count += 1) await exchange(rig);
        await rig.settled();
        // Twice what the second half added: the first half left as much.
        await watch.fallTo(half, usual === undefined ? graceMs / 30 : graceMs);
        return { grown: Math.max(0, watch.count - half) * 2, grownWhat: watch.describe() };
      },
      usual !== undefined,
    );
    await watch.fallTo(usual?.left ?? 0, graceMs);
    const left = { left: watch.count, leftWhat: watch.describe() };
    const held = (): number => contexts.filter((context) => context.deref() !== undefined).length;
    return {
      ...during,
      ...left,
      contexts: async () => {
        await collectGarbage(() => held() === 0);
        return held();
      },
      processListeners: processListeners() - listenersBefore,
    };
  });
}

async function complete(rig: Rig, dialect: KitDialect, stream: boolean): Promise<void> {
  const caller = rig.caller();
  if (dialect.upstream !== undefined) rig.upstream.script(caller.word, answering(dialect.upstream, caller, stream));
  await rig.send(requestOf(dialect, caller, stream)).done();
}

async function leave(rig: Rig, dialect: KitDialect, format: StreamFormat): Promise<void> {
  const caller = rig.caller();
  const { beginning, pieces } = format.frames(['Some text. ', 'More text. ']);
  rig.upstream.script(caller.word, async (call) => {
    for (const frame of [beginning, ...pieces]) await call.write(frame);
    await call.gone;
  });
  const before = rig.recorder.exchanges.size;
  const client = rig.send(requestOf(dialect, caller, true));
  await rig.exchange(before);
  await until(() => client.received.length > 0, graceMs / 10);
  client.leave();
  await rig.settled();
}

async function fail(rig: Rig, dialect: KitDialect, { errorBody }: UpstreamFormat): Promise<void> {
  const caller = rig.caller();
  rig.upstream.script(caller.word, (call) => call.json(500, errorBody));
  await rig.send(requestOf(dialect, caller, false)).done();
}

function processListeners(): number {
  return process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
}
