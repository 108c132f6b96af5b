import type { PluginRegistration } from '../registration.ts';
import { patienceMs } from '../rig/client.ts';
import { dialects } from '../rig/dialects/all.ts';
import type { KitDialect } from '../rig/dialects/kit-dialect.ts';
import { withRig } from '../rig/rig.ts';
import { outageText } from '../rig/spied-plugin.ts';
import { isToken } from '../rig/tokens.ts';
import { answering, requestOf } from '../rig/ways.ts';
import { must } from '../violation.ts';
import { type ContractCase, contractCase } from './check.ts';

/** When its services fail, a plugin does what its `onFailure` says, and the client learns nothing of why. */
export function failurePolicy(registration: PluginRegistration): ContractCase[] {
  const { requires, build } = registration.plugin();
  if (build.kind !== 'create' || !requires.some(isToken)) return [];
  return dialects
    .filter(({ upstream }) => upstream !== undefined)
    .map((dialect) => contractCase('failure-policy', `${dialect.id}, every service fails`, () => outage(registration, dialect)));
}

async function outage(registration: PluginRegistration, dialect: KitDialect): Promise<void> {
  const { onFailure, name } = registration.plugin();
  await withRig(registration, async (rig) => {
    const caller = rig.caller();
    let hitsOnWayIn = 0;
    rig.inner.beforeRoute = () => {
      hitsOnWayIn = rig.outage.hits;
    };
    if (dialect.upstream !== undefined) rig.upstream.script(caller.word, answering(dialect.upstream, caller, false));
    rig.outage.on = true;
    const client = rig.send(requestOf(dialect, caller, false));
    await client.done();
    const settled = await rig.settled();
    rig.outage.on = false;
    const { status, body, headers } = await client.answer;
    must(status !== undefined && settled, () => `with its services failing, the exchange had no end within ${patienceMs} ms`);
    const told = body.toString('utf8') + JSON.stringify(headers);
    must(!told.includes(outageText), () => `the client reads what a service said when it failed: ${told.slice(0, 300)}`);
    if (onFailure === 'open')
      must(status === 200, () => `the plugin ${name} says onFailure: 'open', yet the client got ${status} because a service failed`);
    if (onFailure === 'closed')
      must(
        hitsOnWayIn === 0,
        () =>
          `the plugin ${name} says onFailure: 'closed', yet the call went on although ${hitsOnWayIn} call(s) of a service failed on the way in; ` +
          "let the error through, or say onFailure: 'open'",
      );
  });
}
