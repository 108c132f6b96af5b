import type { PluginRegistration } from '../registration.ts';
import { type ClientAnswer, patienceMs } from './client.ts';
import type { Recorder } from './recorder.ts';
import { type Caller, withRig } from './rig.ts';
import { until } from './time.ts';
import type { Way } from './ways.ts';

/** Everything that was seen of one exchange that went one way, its gateway closed. */
export interface Facts {
  readonly way: Way;
  readonly caller: Caller;
  readonly answer: ClientAnswer;
  readonly recorder: Recorder;
  readonly pluginName: string;
  /** Milliseconds from the client's leaving to the upstream's noticing; `undefined` when there was no upstream to notice. */
  readonly upstreamNoticedMs: number | undefined;
  /** Milliseconds from the client's leaving to the settlement. */
  readonly settledMs: number | undefined;
}

/** Sends one exchange its way and writes down what comes of it. */
export async function factsOf(registration: PluginRegistration, way: Way): Promise<Facts> {
  return withRig(registration, async (rig) => {
    const caller = rig.caller();
    const client = await way.go(rig, caller);
    await rig.settled();
    const call = rig.upstream.callFor(caller.word);
    if (way.end === 'leave' && call !== undefined) await until(() => call.leftAt !== undefined, patienceMs);
    await rig.close();
    const { leftAt = 0 } = client;
    const settledAt = [...rig.recorder.exchanges.values()][0]?.settledAt;
    return {
      way,
      caller,
      answer: await client.answer,
      recorder: rig.recorder,
      pluginName: rig.pluginName ?? '',
      upstreamNoticedMs: call === undefined ? undefined : (call.leftAt ?? Number.POSITIVE_INFINITY) - leftAt,
      settledMs: settledAt === undefined ? undefined : settledAt - leftAt,
    };
  });
}
