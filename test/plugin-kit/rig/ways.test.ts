import { describe, expect, it } from 'vitest';
import { maskDigits } from '../../contract/src/index.ts';
import { dialects } from '../../contract/src/rig/dialects/all.ts';
import { modeName, modesOf } from '../../contract/src/rig/dialects/kit-dialect.ts';
import { type Rig, withRig } from '../../contract/src/rig/rig.ts';
import { answering, requestOf } from '../../contract/src/rig/ways.ts';

/** What the gateway takes a request for: dialect, stream or not, model. */
async function takenFor(rig: Rig, send: () => Promise<unknown>): Promise<readonly unknown[]> {
  let taken: readonly unknown[] = [];
  rig.outer.onRequest = ({ dialect }) => {
    taken = [dialect];
  };
  rig.outer.beforeRoute = ({ call }) => {
    taken = [call.dialect, call.stream, call.model];
  };
  await send();
  return taken;
}

describe('requestOf', () => {
  it.each(dialects.flatMap((dialect) => modesOf(dialect).map((stream) => ({ name: modeName(dialect, stream), dialect, stream }))))(
    '$name is taken by the gateway for what it is, and reaches the upstream under its model',
    async ({ dialect, stream }) => {
      await withRig({ plugin: maskDigits }, async (rig) => {
        const caller = rig.caller();
        const { upstream } = dialect;
        if (upstream !== undefined) rig.upstream.script(caller.word, answering(upstream, caller, stream));
        const taken = await takenFor(rig, () => rig.send(requestOf(dialect, caller, stream)).done());
        expect(taken).toEqual(upstream === undefined ? [dialect.id] : [dialect.id, stream, `kit/${caller.word}`]);
        const reached = rig.upstream.callFor(caller.word);
        expect(reached === undefined).toBe(upstream === undefined);
        if (reached !== undefined) expect(upstream?.userText(reached.body.toString('utf8'))).toBe(`Words of ${caller.word}`);
      });
    },
  );
});
