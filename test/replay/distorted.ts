import { GatewayError } from '../../core/src/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/src/model/json.ts';
import { type Random, random } from '../soak/random.ts';
import type { Recording } from './corpus.ts';
import { dataOf, parsedAnswer } from './readings.ts';
import { aboutAnswer, type ChatDialect, chatDialectOf, chatDialects, played } from './streams.ts';
import type { Tally } from './tally.ts';
import { type Way, wayOf } from './ways.ts';
import { answerText, isStream } from './wire-text.ts';

const oddValues: readonly JsonValue[] = [null, 0, -1, 1.5, '', 'x', true, [], {}, [null], [[]], { type: null }, { index: 'x' }, 1e300];

/** A value with one place in it missing, or of another type. */
export function distorted(value: JsonValue, chance: Random): JsonValue {
  const odd = (): JsonValue => oddValues[chance.below(oddValues.length)] as JsonValue;
  if (Array.isArray(value)) {
    if (value.length === 0 || chance.below(8) === 0) return odd();
    const at = chance.below(value.length);
    return (value as readonly JsonValue[]).map((one, index) => (index === at ? distorted(one, chance) : one));
  }
  if (!isJsonObject(value) || Object.keys(value).length === 0 || chance.below(8) === 0) return odd();
  const key = chance.pick(Object.keys(value));
  const { [key]: member, ...rest } = value;
  return chance.below(6) === 0 ? rest : { ...value, [key]: distorted(member as JsonValue, chance) };
}

/** Recorded requests and answers with something wrong in them: nothing throws, but for a clear refusal of a request. */
export function distort(recordings: readonly Recording[], times: number, seed: number, tally: Tally): void {
  for (const [index, recording] of recordings.entries()) {
    const way = wayOf(recording);
    const from = way === undefined ? undefined : chatDialectOf(way.dialect);
    if (way === undefined || from === undefined) continue;
    const chance = random(seed, index);
    for (let time = 0; time < times; time += 1) {
      if (recording.request !== null) distortRequest(way, from, chance, tally);
      if (recording.status !== 200) continue;
      if (isStream(recording)) distortStream(way, from, chance, tally);
      else distortAnswer(way, from, chance, tally);
    }
  }
}

function noted(what: string, { recording }: Way, input: () => string, tally: Tally, action: () => void): void {
  tally.count(`distorted: ${what}`);
  try {
    action();
  } catch (error) {
    if (error instanceof GatewayError) tally.count(`distorted: ${what}, refused`);
    else
      tally.problem(
        `distorted: ${what} throws`,
        `${recording.id} ${recording.provider}`,
        `${error instanceof Error ? error.stack?.split('\n').slice(0, 4).join(' ') : String(error)} for ${input()}`,
      );
  }
}

function distortRequest(way: Way, from: ChatDialect, chance: Random, tally: Tally): void {
  const body = distorted(JSON.parse(way.upstreamBody) as JsonValue, chance);
  if (!isJsonObject(body)) return;
  const address = { path: '/v1beta/models/m:generateContent', parameter: 'm', query: '' };
  noted(
    `requests ${from.id}`,
    way,
    () => JSON.stringify(body),
    tally,
    () => {
      from.readCall(body, address);
      for (const _ of from.requestTexts(body));
      for (const _ of from.attachments(body));
      for (const to of chatDialects.filter(({ id }) => id !== from.id)) {
        const { value } = from.chat.decodeRequest(body, { model: 'm', stream: false });
        JSON.stringify(to.chat.encodeRequest(value, { model: 'm', maxOutputTokens: undefined, quirks: {} }));
      }
    },
  );
}

function distortAnswer(way: Way, from: ChatDialect, chance: Random, tally: Tally): void {
  const body = distorted(parsedAnswer(answerText(way.recording) as string) ?? null, chance);
  if (!isJsonObject(body)) return;
  noted(
    `answers ${from.id}`,
    way,
    () => JSON.stringify(body),
    tally,
    () => {
      for (const _ of from.responseTexts(body));
      from.usage(body);
      from.finishReason(body);
      for (const to of chatDialects.filter(({ id }) => id !== from.id)) {
        const made = to.chat.encodeAnswer(from.chat.decodeAnswer(body), aboutAnswer({ model: 'm' }));
        for (const _ of to.responseTexts(JSON.parse(JSON.stringify(made)) as JsonObject));
      }
    },
  );
}

/** One event of a stream is odd; in streams, a reader that throws ends as an error of the gateway's. */
function distortStream(way: Way, from: ChatDialect, chance: Random, tally: Tally): void {
  const frames = (answerText(way.recording) as string).split(/(?<=\n\n|\r\n\r\n)/);
  const at = chance.below(frames.length);
  const [frame = ''] = frames.slice(at, at + 1);
  const [data] = dataOf(frame);
  if (data === undefined) return;
  frames[at] = frame.replace(/^data:.*$/m, () => `data: ${JSON.stringify(distorted(data, chance))}`);
  const bytes = Buffer.from(frames.join(''));
  for (const to of [undefined, ...chatDialects.filter(({ id }) => id !== from.id)])
    noted(
      `streams ${from.id}`,
      way,
      () => frames[at] as string,
      tally,
      () => {
        const { error } = played([bytes], { from, request: {}, ...(to && { to }) });
        if (error?.cause !== undefined) throw error.cause;
      },
    );
}
