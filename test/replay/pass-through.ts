import { isJsonObject, type JsonValue } from '../../core/src/model/json.ts';
import type { Settlement } from '../../core/src/model/settlement.ts';
import type { Recording } from './corpus.ts';
import { checkError } from './error-answers.ts';
import { dataOf, parsedAnswer, type Reading, readingOf } from './readings.ts';
import { type Answered, operatorKey, replayHost } from './replay-host.ts';
import { type Received, withoutAddition } from './replaying-upstream.ts';
import type { Tally } from './tally.ts';
import { unaskedWay, type Way, wayOf } from './ways.ts';
import { answerText, isStream } from './wire-text.ts';

/** Every recording through a real gateway, in its own format: what goes up, what comes down, and what is booked. */
export async function passThrough(recordings: readonly Recording[], tally: Tally): Promise<void> {
  const ways = recordings.flatMap((recording) => wayOf(recording) ?? []);
  tally.count('pass-through: recordings without a route', recordings.length - ways.length);
  const host = await replayHost(ways);
  try {
    for (const way of ways.flatMap((one) => [one, ...unaskedWay(one)])) {
      const { answer, received, settled } = await host.ask(way);
      checkWay(way, answer, received, settled, tally);
    }
    for (const line of host.errors()) tally.problem('logged an error', '', line);
  } finally {
    await host.close();
  }
}

function checkWay(way: Way, answer: Answered, received: readonly Received[], settled: Settlement | undefined, tally: Tally): void {
  const { recording, dialect } = way;
  const { id, status } = recording;
  const problem = (what: string, detail: string): void => tally.problem(`${what} (${dialect})`, `${id} ${recording.provider}`, detail);
  if (way.refused === undefined) tally.count(`pass-through ${dialect}: ${status >= 400 ? 'errors' : way.stream ? 'streams' : 'whole'}`);
  if (way.refused !== undefined) {
    tally.count(`pass-through ${dialect}: refused for ${way.refused}`);
    if (received.length > 0 || answer.status !== 400 || !answer.text.includes(way.refused)) problem('not refused', answer.text);
    return;
  }
  if (received.length !== 1) {
    problem('requests upstream', `${received.length}; answered ${answer.status} ${answer.text.slice(0, 300)}`);
    return;
  }
  const [sent] = received as [Received];
  checkRequest(way, sent, problem);
  if (JSON.stringify(answer).includes(operatorKey)) problem('a secret in the answer', answer.text);
  if (status >= 400) checkError(recording, dialect, answer, settled, tally);
  else checkAnswer(way, answer, sent, settled, tally);
}

function checkAnswer(way: Way, answer: Answered, sent: Received, settled: Settlement | undefined, tally: Tally): void {
  const { recording, dialect } = way;
  const problem = (what: string, detail: string): void =>
    tally.problem(`${what} (${dialect})`, `${recording.id} ${recording.provider}`, detail);
  const recorded = answerText(recording) as string;
  const events = isStream(recording) ? dataOf(recorded) : ([parsedAnswer(recorded)] as JsonValue[]);
  if (events.some((event) => hasError(event))) {
    checkInBandError(way, answer, settled, tally);
    return;
  }
  if (answer.status !== 200 || answer.broken) {
    problem('not delivered', `${answer.status}${answer.broken ? ', broken' : ''} ${settled?.error} ${answer.text.slice(-200)}`);
    return;
  }
  const stripped = way.stream && sent.body !== way.upstreamBody;
  if (stripped) tally.count(`pass-through ${dialect}: streams whose client did not ask for usage`);
  const expected = stripped ? withoutUsage(recorded) : recorded;
  if (answer.text !== expected) problem('answer bytes', firstDifference(expected, answer.text));
  if (settled?.outcome !== 'completed') problem('outcome', `${settled?.outcome} ${settled?.error}`);
  checkBooks(way, readingOf(dialect, events), settled, tally);
}

function checkRequest(way: Way, sent: Received, problem: (what: string, detail: string) => void): void {
  if (sent.path !== way.upstreamPath) problem('upstream path', `${sent.path}, expected ${way.upstreamPath}`);
  const mayAdd = way.stream && /^openai-(chat|completions)$/.test(way.dialect) && !/"include_usage":\s*true/.test(way.upstreamBody);
  const body = mayAdd ? withoutAddition(sent.body) : sent.body;
  if (body !== way.upstreamBody) problem('request bytes', firstDifference(way.upstreamBody, body));
  if (mayAdd && body === sent.body) problem('usage not asked for', sent.body.slice(-200));
  const shown = [sent.headers.authorization, sent.headers['x-api-key'], sent.headers['x-goog-api-key']].filter(
    (value) => value !== undefined,
  );
  if (shown.length !== 1 || !String(shown[0]).includes(operatorKey)) problem('credentials upstream', JSON.stringify(shown));
  for (const [name, value] of Object.entries(way.headers))
    if (name.startsWith('anthropic-') && sent.headers[name] !== value)
      problem('header lost', `${name}: ${value} became ${String(sent.headers[name])}`);
}

export function hasError(event: JsonValue | undefined): boolean {
  return isJsonObject(event) && ((event.error ?? null) !== null || event.type === 'error');
}

/** Providers that report an error inside an answer of status 200. */
function checkInBandError(way: Way, answer: Answered, settled: Settlement | undefined, tally: Tally): void {
  tally.count(`pass-through ${way.dialect}: errors within 200`);
  const told = answer.status >= 400 || (answer.broken && /error/.test(answer.text));
  if (!told || settled?.error === undefined)
    tally.problem(`an error within 200 was not told (${way.dialect})`, way.recording.id, answer.text.slice(-300));
}

/** What clients that did not ask for usage must not see, taken out by another reading than the gateway's. */
function withoutUsage(recorded: string): string {
  return recorded
    .split(/(?<=\n\n|\r\n\r\n)/)
    .flatMap((frame) => {
      const json = dataOf(frame)[0] as { readonly usage?: JsonValue; readonly choices?: readonly JsonValue[] } | undefined;
      if (json === undefined || json.usage === undefined) return [frame];
      if (json.usage !== null) return json.choices?.length === 0 ? [] : [frame];
      return [frame.replace(/,\s*"usage":\s*null(?=\s*[,}])/, '')];
    })
    .join('');
}

function checkBooks(way: Way, reading: Reading | undefined, settled: Settlement | undefined, tally: Tally): void {
  if (reading === undefined) return;
  const { finish, ...counts } = reading;
  const usage = settled?.usage;
  const known = Object.values(counts).some((value) => value !== undefined);
  tally.count(`usage ${way.dialect}: ${known ? 'known' : 'not said'}`);
  for (const [name, value] of Object.entries(counts)) {
    const booked = usage?.[name as keyof typeof counts];
    if (booked !== value)
      tally.problem(
        `usage.${name} (${way.dialect})`,
        `${way.recording.id} ${way.recording.provider}`,
        `booked ${booked}, said ${value}: ${JSON.stringify(usage?.raw)}`,
      );
  }
  if (settled?.finishReason !== finish)
    tally.problem(
      `finish reason (${way.dialect})`,
      `${way.recording.id} ${way.recording.provider}`,
      `booked ${settled?.finishReason}, said ${finish}`,
    );
}

export function firstDifference(expected: string, received: string): string {
  let at = 0;
  while (at < expected.length && expected[at] === received[at]) at += 1;
  const from = Math.max(0, at - 60);
  return `at ${at} of ${expected.length}/${received.length}: expected …${JSON.stringify(expected.slice(from, at + 120))} received …${JSON.stringify(received.slice(from, at + 120))}`;
}
