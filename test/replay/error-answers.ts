import { isJsonObject, type JsonObject, type JsonValue } from '../../core/src/model/json.ts';
import type { Settlement } from '../../core/src/model/settlement.ts';
import type { Recording } from './corpus.ts';
import { parsedAnswer } from './readings.ts';
import type { Answered } from './replay-host.ts';
import type { Tally } from './tally.ts';

/** What belongs to the operator and its account, and to no client. */
const secrets =
  /https?:\/\/|\bsk-[\w*-]{6}|\borg-\w{6}|\bAIza\w{10}|Incorrect API key|API key not valid|invalid x-api-key|subscription key/i;

/** A recorded error answer, as the client gets it: its status, its words where they are about the request, no secret. */
export function checkError(recording: Recording, dialect: string, answer: Answered, settled: Settlement | undefined, tally: Tally): void {
  const { id, provider, status, response } = recording;
  const problem = (what: string, detail: string): void => tally.problem(`error: ${what}`, `${id} ${provider} ${dialect} ${status}`, detail);
  const body = parsedAnswer(answer.text);
  const message = messageOf(body);
  if (message === undefined) {
    problem('no error of the format', answer.text);
    return;
  }
  if (secrets.test(message)) problem('words of the operator’s', message);
  const credential = aboutCredential(status, response.json);
  const expected = credential ? 502 : status === 429 ? 429 : status >= 500 ? 502 : status;
  tally.count(`error ${credential ? 'about the credential' : status} → ${answer.status}`);
  if (answer.status !== expected) problem('status', `${answer.status} instead of ${expected}: ${message}`);
  if (settled?.status !== answer.status) problem('settled status', `${settled?.status}`);
  if (credential || status === 429 || status >= 500) return;
  const said = recordedMessage(response.json);
  if (said === undefined || secrets.test(said)) return;
  if (message !== said.slice(0, 4_000))
    problem('words', `${JSON.stringify(said.slice(0, 200))} became ${JSON.stringify(message.slice(0, 200))}`);
}

function aboutCredential(status: number, json: JsonValue | undefined): boolean {
  return (
    status === 401 ||
    status === 402 ||
    status === 403 ||
    /API_KEY_INVALID|invalid_api_key|api key provided/i.test(JSON.stringify(json ?? ''))
  );
}

function recordedMessage(json: JsonValue | undefined): string | undefined {
  if (!isJsonObject(json)) return undefined;
  const holder = isJsonObject(json.error) ? json.error : json;
  return typeof holder.message === 'string' ? holder.message : undefined;
}

/** The message of an error in any of the formats: all have it in the same place. */
function messageOf(body: JsonObject | undefined): string | undefined {
  return isJsonObject(body?.error) && typeof body.error.message === 'string' ? body.error.message : undefined;
}
