import type { PluginRegistration } from '../registration.ts';
import { dialects } from '../rig/dialects/all.ts';
import { type Facts, factsOf } from '../rig/facts.ts';
import { waysOf } from '../rig/ways.ts';
import { must } from '../violation.ts';
import { type CheckName, type ContractCase, contractCase } from './check.ts';

/** Within this the upstream must hear that the client left, and the exchange must be over. The design says 100; machines are busy. */
const abortMs = 500;

/** Checks that look at every way an exchange can go. Each way is gone once, however many checks look at it. */
export function everyWay(registration: PluginRegistration): ContractCase[] {
  return waysOf(dialects, registration.answers).flatMap((way) => {
    let facts: Promise<Facts> | undefined;
    return looks
      .filter(({ check }) => check !== 'abort' || way.end === 'leave')
      .map(({ check, look }) =>
        contractCase(check, way.name, async () => {
          facts ??= factsOf(registration, way);
          look(await facts);
        }),
      );
  });
}

const looks: readonly { readonly check: CheckName; readonly look: (facts: Facts) => void }[] = [
  { check: 'symmetry', look: symmetry },
  { check: 'settles-once', look: settlesOnce },
  { check: 'hook-results', look: hookResults },
  { check: 'abort', look: abort },
  { check: 'private-logs', look: privateLogs },
];

/** What the way in began, the way out ends. */
function symmetry({ recorder }: Facts): void {
  must(recorder.exchanges.size === 1, () => `expected one exchange, saw ${recorder.exchanges.size}`);
  for (const { wayOut, settlements } of recorder.exchanges.values()) {
    must(
      wayOut.outer === 1 && wayOut.inner === 1,
      () => `afterResponse of the plugins around it ran ${wayOut.outer} and ${wayOut.inner} times; expected once each`,
    );
    must(settlements === 1, () => `the exchange settled ${settlements} times; expected once`);
  }
  must(
    recorder.openLeases === 0,
    () => `${recorder.openLeases} lease(s) taken and never released; release them in context.onSettled, which runs however it ends`,
  );
}

function settlesOnce({ recorder }: Facts): void {
  const repeated = recorder.repeatedAtSettlement();
  must(
    repeated === undefined,
    () => `at settlement ${repeated?.service}.${repeated?.method}(${repeated?.argumentsText}) was called twice; register the listener once`,
  );
  must(recorder.twiceRegistered === 0, () => 'the same settlement listener was registered twice; register it in one hook');
}

/** Hooks neither fail nor return what is no answer; what the client gets is what the way leads to. */
function hookResults({ recorder, pluginName, way, answer }: Facts): void {
  const failed = recorder.lines.find(({ fields, level }) => level !== 'info' && fields.plugin === pluginName && 'error' in fields);
  must(failed === undefined, () => `${failed?.message} ${String(failed?.fields.error)}`);
  const broken = recorder.lines.find(({ message }) => /^A (?:settlement listener|tap|wrapped stream) failed/.test(message));
  must(broken === undefined, () => `${broken?.message} ${String(broken?.fields.error)}`);
  if (way.end === 'leave') return;
  const { status, complete } = answer;
  if (way.end === 'own') must(status === way.status, () => `its own answer had the status ${status}; the registration says ${way.status}`);
  if (way.end === 'answer')
    must(
      status === 200 && complete,
      () =>
        `the client got ${status ?? 'no answer'}${complete ? '' : ', not complete,'} instead of 200: ${answer.body.toString('utf8').slice(0, 300)} ` +
        '(if the plugin wants certain headers or services, give them in the registration)',
    );
  if (way.end === 'error') {
    const told = (status ?? 0) >= 400 || !complete;
    must(told, () => `the error did not reach the client: it got a complete answer with the status ${status}`);
  }
}

function abort({ upstreamNoticedMs, settledMs, recorder }: Facts): void {
  if (recorder.exchanges.size === 0) return; // left before the gateway saw it
  must(
    upstreamNoticedMs === undefined || upstreamNoticedMs <= abortMs,
    () => `the upstream went on for ${Math.round(upstreamNoticedMs ?? 0)} ms after the client had left; expected at most ${abortMs}`,
  );
  must(
    settledMs !== undefined && settledMs <= abortMs,
    () =>
      `the exchange settled ${settledMs === undefined ? 'never' : `${Math.round(settledMs)} ms`} after the client had left; expected at most ${abortMs}: ` +
      'give context.signal to whatever the hook waits for',
  );
}

/** Every word of the caller's holds its own canary: text, answer, credential. */
function privateLogs({ recorder, caller }: Facts): void {
  const secrets = [`sk-${caller.word}`, `Words of ${caller.word}`, `Answer to ${caller.word}`];
  for (const line of recorder.lines) {
    const text = JSON.stringify(line);
    const leaked = secrets.find((secret) => text.includes(secret));
    must(leaked === undefined, () => `a log line holds "${leaked}": ${text.slice(0, 300)}; log metadata, never payloads or credentials`);
  }
}
