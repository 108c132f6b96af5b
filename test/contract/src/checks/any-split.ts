import type { PluginRegistration, TextChange } from '../registration.ts';
import { dialects } from '../rig/dialects/all.ts';
import type { Cut, KitDialect, StreamFormat, ToolArguments, ToolFormat, UpstreamFormat } from '../rig/dialects/kit-dialect.ts';
import { type Rig, withRig } from '../rig/rig.ts';
import { requestOf } from '../rig/ways.ts';
import { must } from '../violation.ts';
import { type ContractCase, contractCase } from './check.ts';

/** Cuts of one kind that are tried: every one of a short text, a sample of a long one. */
const samples = 24;

/** A plugin that changes texts changes them the same way whole, in any pieces, and in any dialect. */
export function anySplit(registration: PluginRegistration): ContractCase[] {
  const { changesText: change } = registration;
  if (change === undefined) return [];
  const places = change.in ?? ['request', 'answer', 'toolArguments'];
  const cases: ContractCase[] = [];
  for (const dialect of dialects) {
    const { upstream: format } = dialect;
    if (format === undefined) continue;
    const add = (what: string, run: (rig: Rig) => Promise<void>): void => {
      cases.push(contractCase('any-split', `${dialect.id}, ${what}`, () => withRig(registration, run)));
    };
    if (places.includes('request')) add('the request', (rig) => inRequest(rig, dialect, format, change));
    const { stream } = format;
    const tools = stream?.tools;
    if (dialect.answersText && places.includes('answer')) {
      add('a whole answer', (rig) => inWhole(rig, dialect, format, change));
      if (stream !== undefined) {
        add('a stream, its text cut anywhere', (rig) => inStream(rig, dialect, stream, change));
        add('a stream, its bytes cut anywhere', (rig) => inBytes(rig, dialect, stream, change));
      }
    }
    if (tools !== undefined && places.includes('toolArguments'))
      add('tool arguments, cut anywhere', (rig) => inTools(rig, dialect, tools, change));
  }
  return cases;
}

async function inRequest(rig: Rig, dialect: KitDialect, format: UpstreamFormat, change: TextChange): Promise<void> {
  const caller = rig.caller();
  rig.upstream.script(caller.word, (call) => call.json(200, format.whole('Yes.')));
  await rig.send(requestOf(dialect, caller, false, change.input)).done();
  const reached = rig.upstream.callFor(caller.word);
  must(reached !== undefined, () => 'the request did not reach the upstream');
  same('the upstream got', format.userText(reached.body.toString('utf8')), change, '');
}

async function inWhole(rig: Rig, dialect: KitDialect, format: UpstreamFormat, change: TextChange): Promise<void> {
  const caller = rig.caller();
  rig.upstream.script(caller.word, (call) => call.json(200, format.whole(change.input)));
  const client = rig.send(requestOf(dialect, caller, false));
  const { body, status } = await client.done();
  must(status === 200, () => `the client got ${status} instead of 200`);
  same('the client got', format.wholeText(body.toString('utf8')), change, '');
}

async function inStream(rig: Rig, dialect: KitDialect, format: StreamFormat, change: TextChange): Promise<void> {
  for (const cut of cutsOf(change.input)) {
    const cutText = cut(change.input);
    const { beginning, pieces, end } = format.frames(cutText);
    const body = await streamed(rig, dialect, [[beginning, ...pieces, end].join('')]);
    for (const text of format.texts(body)) same('the client got', text, change, ` for the pieces ${JSON.stringify(cutText)}`);
  }
}

async function inBytes(rig: Rig, dialect: KitDialect, format: StreamFormat, change: TextChange): Promise<void> {
  const { beginning, pieces, end } = format.frames(cutEvery(change.input, 3));
  const bytes = Buffer.from([beginning, ...pieces, end].join(''));
  const inTwo = sample(bytes.length - 1).map((at) => [bytes.subarray(0, at + 1), bytes.subarray(at + 1)]);
  const small = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, index) => bytes.subarray(index * 7, index * 7 + 7));
  for (const parts of [...inTwo, small]) {
    const body = await streamed(rig, dialect, parts);
    for (const text of format.texts(body))
      same('the client got', text, change, ` for the bytes cut at ${parts[0]?.length} of ${bytes.length}`);
  }
}

async function inTools(rig: Rig, dialect: KitDialect, format: ToolFormat, change: TextChange): Promise<void> {
  const given: ToolArguments = { first: change.input, count: 3, list: ['x', change.input] };
  const json = JSON.stringify(given);
  for (const cut of cutsOf(json)) {
    const when = ` for the pieces ${JSON.stringify(cut(json))}`;
    const body = await streamed(rig, dialect, [format.frames(given, cut).join('')]);
    for (const reading of format.arguments(body)) {
      const { first, list } = parsed(reading, when);
      for (const text of [first, list?.[1]]) same('the tool got', text ?? '', change, when);
    }
  }
}

function parsed(text: string, when: string): Partial<ToolArguments> {
  try {
    return JSON.parse(text) as Partial<ToolArguments>;
  } catch {
    must(false, () => `the tool arguments are not JSON any more${when}: ${text.slice(0, 300)}`);
  }
}

/** One exchange whose upstream sends these parts, a pause after each. */
async function streamed(rig: Rig, dialect: KitDialect, parts: readonly (string | Buffer)[]): Promise<string> {
  const caller = rig.caller();
  rig.upstream.script(caller.word, async (call) => {
    for (const part of parts) {
      await call.write(part);
      await new Promise((resolve) => setImmediate(resolve));
    }
    call.end();
  });
  const client = rig.send(requestOf(dialect, caller, true));
  const { body, complete } = await client.done();
  must(complete, () => `the stream did not end properly: ${body.toString('utf8').slice(-300)}`);
  return body.toString('utf8');
}

function same(who: string, text: string, { expected }: TextChange, when: string): void {
  must(text === expected, () => `${who} ${JSON.stringify(text)}${when}; expected ${JSON.stringify(expected)}`);
}

/** Whole, character by character, in two at each place of this text (or about there in another), in threes and so on. */
function cutsOf(text: string): Cut[] {
  return [
    (one) => [one],
    (one) => Array.from(one),
    ...sample(Array.from(text).length - 1).map((_, index) => (one: string) => inTwo(one, index)),
    ...[2, 3, 5, 7].map((size) => (one: string) => cutEvery(one, size)),
    // An empty piece is a piece.
    (one) => ['', ...cutEvery(one, 4).flatMap((piece) => [piece, ''])],
  ];
}

function inTwo(text: string, index: number): string[] {
  const characters = Array.from(text);
  const at = 1 + (sample(characters.length - 1)[index] ?? 0);
  return [characters.slice(0, at).join(''), characters.slice(at).join('')];
}

function cutEvery(text: string, size: number): string[] {
  const characters = Array.from(text);
  return Array.from({ length: Math.ceil(characters.length / size) }, (_, index) =>
    characters.slice(index * size, index * size + size).join(''),
  );
}

/** 0 … count-1, or as many of them, evenly spread. */
function sample(count: number): number[] {
  if (count <= samples) return Array.from({ length: Math.max(0, count) }, (_, index) => index);
  return Array.from({ length: samples }, (_, index) => Math.floor((index * count) / samples));
}
