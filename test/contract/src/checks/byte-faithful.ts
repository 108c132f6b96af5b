import type { PluginRegistration, TextChange, TextPlace } from '../registration.ts';
import { dialects } from '../rig/dialects/all.ts';
import { escaped, type KitDialect, modeName, modesOf } from '../rig/dialects/kit-dialect.ts';
import { withRig } from '../rig/rig.ts';
import { requestOf } from '../rig/ways.ts';
import { must } from '../violation.ts';
import { type ContractCase, contractCase } from './check.ts';

const plainText = 'Some plain words.';

interface Bytes {
  readonly request: string | undefined;
  readonly answer: string;
}

/** What the plugin does not mean to change it leaves as it is, byte for byte: big numbers, key order, escapes, blanks. */
export function byteFaithful(registration: PluginRegistration): ContractCase[] {
  if (registration.changes === 'something') return [];
  return dialects
    .filter(({ upstream }) => upstream !== undefined)
    .flatMap((dialect) =>
      modesOf(dialect).map((stream) =>
        contractCase('byte-faithful', modeName(dialect, stream), () => compare(registration, dialect, stream)),
      ),
    );
}

async function compare(registration: PluginRegistration, dialect: KitDialect, stream: boolean): Promise<void> {
  const text = registration.changesText?.input ?? plainText;
  const without = await bytesOf(registration, dialect, stream, text, false);
  const seen = await bytesOf(registration, dialect, stream, text, true);
  const { changesText: change, changes } = registration;
  equal('the request to the upstream', seen.request, changed(without.request, change, 'request'));
  if (!stream || changes !== 'events') equal('the answer to the client', seen.answer, changed(without.answer, change, 'answer'));
}

async function bytesOf(
  registration: PluginRegistration,
  dialect: KitDialect,
  stream: boolean,
  text: string,
  withPlugin: boolean,
): Promise<Bytes> {
  return withRig(
    registration,
    async (rig) => {
      const caller = rig.caller();
      const format = dialect.upstream;
      if (format === undefined) return { request: undefined, answer: '' };
      rig.upstream.script('same', async (call) => {
        if (!stream || format.stream === undefined) return call.json(200, format.whole(text));
        const { beginning, pieces, end } = format.stream.frames([text]);
        await call.write([beginning, ...pieces, end].join(''));
        call.end();
      });
      const client = rig.send(requestOf(dialect, caller, stream, text, 'same'));
      const { body } = await client.done();
      return { request: rig.upstream.callFor('same')?.body.toString('utf8'), answer: body.toString('utf8') };
    },
    withPlugin,
  );
}

function changed(text: string | undefined, change: TextChange | undefined, place: TextPlace): string | undefined {
  if (change === undefined || !(change.in ?? [place]).includes(place)) return text;
  return text?.replaceAll(escaped(change.input), escaped(change.expected));
}

function equal(what: string, seen: string | undefined, expected: string | undefined): void {
  must(seen === expected, () => {
    if (seen === undefined || expected === undefined)
      return `${what} is ${seen === undefined ? 'missing' : 'there'}, unlike without the plugin`;
    let at = 0;
    while (at < seen.length && seen[at] === expected[at]) at += 1;
    const near = (text: string): string => JSON.stringify(text.slice(Math.max(0, at - 30), at + 50));
    return (
      `${what} differs at character ${at}: ${near(seen)}, expected ${near(expected)}; ` +
      "edit by the texts' own replace, by call.set or by mapTexts, or say in the registration what it `changes`"
    );
  });
}
