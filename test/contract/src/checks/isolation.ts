import type { PluginRegistration } from '../registration.ts';
import type { ClientAnswer } from '../rig/client.ts';
import { dialects } from '../rig/dialects/all.ts';
import { type KitDialect, modeName, modesOf } from '../rig/dialects/kit-dialect.ts';
import { type Caller, type Rig, withRig } from '../rig/rig.ts';
import { type Gate, gate, until, within } from '../rig/time.ts';
import { answering, requestOf } from '../rig/ways.ts';
import { must } from '../violation.ts';
import { type ContractCase, contractCase } from './check.ts';

/** Two callers at once, each with a word of its own in everything it says. Neither may ever meet the other's. */
export function isolation(registration: PluginRegistration): ContractCase[] {
  return dialects
    .filter(({ upstream }) => upstream !== undefined)
    .flatMap((dialect) =>
      modesOf(dialect).flatMap((stream) =>
        moments
          .filter(({ onlyStream }) => stream || !onlyStream)
          .map(({ name, hold }) =>
            contractCase('isolation', `${modeName(dialect, stream)}, ${name}`, () => interleave(registration, dialect, stream, hold)),
          ),
      ),
    );
}

/** Keeps the first caller's exchange where it is until the gate opens. Resolves when it is there. */
type Hold = (rig: Rig, dialect: KitDialect, stream: boolean, first: Caller, release: Gate) => () => Promise<unknown>;

const moments: readonly { readonly name: string; readonly onlyStream: boolean; readonly hold: Hold }[] = [
  { name: 'another exchange between its way in and its way out', onlyStream: false, hold: atUpstream },
  { name: 'another exchange between two hooks of the way in', onlyStream: false, hold: betweenHooks },
  { name: 'another exchange in the middle of its stream', onlyStream: true, hold: inStream },
];

async function interleave(registration: PluginRegistration, dialect: KitDialect, stream: boolean, hold: Hold): Promise<void> {
  await withRig(registration, async (rig) => {
    const [first, second] = [rig.caller(), rig.caller()];
    for (const caller of [first, second])
      if (dialect.upstream !== undefined) rig.upstream.script(caller.word, answering(dialect.upstream, caller, stream));
    const release = gate();
    const held = hold(rig, dialect, stream, first, release);
    const firstClient = rig.send(requestOf(dialect, first, stream));
    await held();
    const secondClient = rig.send(requestOf(dialect, second, stream));
    await secondClient.done();
    release.open();
    await firstClient.done();
    await rig.settled();
    await rig.close();
    const ids = [...rig.recorder.exchanges.keys()];
    look(rig, { caller: first, id: ids[0], answer: await firstClient.answer }, second);
    look(rig, { caller: second, id: ids[1], answer: await secondClient.answer }, first);
  });
}

interface Side {
  readonly caller: Caller;
  readonly id: string | undefined;
  readonly answer: ClientAnswer;
}

function look(rig: Rig, { caller, id, answer }: Side, other: Caller): void {
  const foreign = (where: string, text: string): void =>
    must(
      !text.includes(other.word),
      () => `${where} of one exchange holds words of another; keep per-exchange state in slots: ${text.slice(0, 300)}`,
    );
  foreign('the answer', answer.body.toString('utf8'));
  foreign('a header of the answer', JSON.stringify(answer.headers));
  foreign('the request to the upstream', rig.upstream.callFor(caller.word)?.body.toString('utf8') ?? '');
  for (const { message, fields } of rig.recorder.lines)
    if (fields.exchange === id || JSON.stringify(fields).includes(caller.word)) foreign('a log line', message + JSON.stringify(fields));
}

function atUpstream(rig: Rig, dialect: KitDialect, stream: boolean, first: Caller, release: Gate): () => Promise<unknown> {
  const { upstream } = dialect;
  if (upstream !== undefined) {
    const answer = answering(upstream, first, stream);
    rig.upstream.script(first.word, async (call) => {
      await release.opened;
      await answer(call);
    });
  }
  return () => until(() => rig.upstream.calls.length > 0, 1_000);
}

function betweenHooks(rig: Rig, _dialect: KitDialect, _stream: boolean, _first: Caller, release: Gate): () => Promise<unknown> {
  const arrived = gate();
  let count = 0;
  rig.outer.beforeRoute = async () => {
    count += 1;
    if (count > 1) return;
    arrived.open();
    await release.opened;
  };
  return () => within(1_000, arrived.opened);
}

function inStream(rig: Rig, dialect: KitDialect, _stream: boolean, first: Caller, release: Gate): () => Promise<unknown> {
  const { beginning = '', pieces = [], end = '' } = dialect.upstream?.stream?.frames([`Answer to ${first.word}. `, 'It goes on. ']) ?? {};
  rig.upstream.script(first.word, async (call) => {
    await call.write(beginning + (pieces[0] ?? ''));
    await release.opened;
    await call.write((pieces[1] ?? '') + end);
    call.end();
  });
  return () => until(() => rig.upstream.calls.length > 0, 1_000);
}
