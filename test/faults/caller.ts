import { setTimeout as sleep } from 'node:timers/promises';
import type { Profile } from './profile.ts';
import { healthyRoute, type Mode, type Row } from './rows.ts';
import type { Usage } from './wall/answer.ts';
import { now } from './wall/case-log.ts';

/** Where a gateway listens: a base URL of OpenAI's, with `/v1`. */
export interface Address {
  readonly url: string;
  readonly key?: string;
}

/** What one request brought. Times are milliseconds since it was sent. */
export interface Received {
  readonly mode: Mode;
  /** Milliseconds since 1970. */
  readonly askedAt: number;
  status?: number;
  headMs?: number;
  firstTokenMs?: number;
  endMs: number;
  text: string;
  finishReason?: string;
  /** Each model that was named, once. */
  readonly models: string[];
  usage?: Usage;
  /** `[DONE]` came. */
  done: boolean;
  /** An error's body, whole or as an event of the stream. */
  error?: { readonly message: string; readonly code?: string };
  /** Events that are no JSON. */
  badEvents: number;
  /** How the transfer ended: in order, by a connection that broke (or never was), or because the caller had waited enough. */
  end: 'clean' | 'cut' | 'gave up';
}

/** The caller's view of a row. */
export interface CallerView {
  readonly requests: readonly Received[];
  /** A request for a model without fault, made when the row was over. */
  readonly afterwards: Received;
}

/** A caller leaves after so long, in the table's milliseconds: twice the budget of a request. */
export const patienceMs = 60_000;

/** Does a row as its requests say: one after the other, or one at each interval. */
export async function callRow(address: Address, row: Row, profile: Profile): Promise<CallerView> {
  const { alias } = row.route;
  const requests: Promise<Received>[] = [];
  const start = now();
  for (const [index, mode] of row.requests.entries()) {
    if (row.everyMs === undefined) await requests.at(-1);
    else await sleep(Math.max(0, start + (index * row.everyMs) / profile.factor - now()));
    requests.push(ask(address, alias, mode, profile));
  }
  const received = await Promise.all(requests);
  return { requests: received, afterwards: await ask(address, healthyRoute.alias, 'stream', profile) };
}

/** Asks like a plain client: one POST, and no retry. Never rejects: what went wrong is in what was received. */
export async function ask({ url, key = 'none' }: Address, model: string, mode: Mode, profile: Profile): Promise<Received> {
  const received: Received = { mode, askedAt: now(), endMs: 0, text: '', models: [], done: false, badEvents: 0, end: 'clean' };
  const patience = AbortSignal.timeout(patienceMs / profile.factor + profile.slackMs);
  try {
    const response = await fetch(`${url}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({
        model,
        messages: [{ role: 'user', content: 'What does the tide do? Sixty words, please.' }],
        ...(mode === 'stream' && { stream: true, stream_options: { include_usage: true } }),
      }),
      signal: patience,
    });
    received.status = response.status;
    received.headMs = now() - received.askedAt;
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) await readStream(response, received);
    else readWhole(await response.text(), received);
  } catch {
    received.end = patience.aborted ? 'gave up' : 'cut';
  }
  received.endMs = now() - received.askedAt;
  return received;
}

/** Until `[DONE]` or the end: what stands behind the mark is nobody's. */
async function readStream(response: Response, received: Received): Promise<void> {
  const decoder = new TextDecoder();
  let held = '';
  for await (const bytes of response.body ?? []) {
    const lines = (held + decoder.decode(bytes, { stream: true })).split('\n');
    held = lines.pop() ?? '';
    for (const line of lines) {
      const data = /^data: ?(.*?)\r?$/.exec(line)?.[1];
      if (data === '[DONE]') {
        received.done = true;
        return;
      }
      if (data !== undefined) readEvent(data, received);
    }
  }
}

/** The parts of a chunk, or of a whole answer, that are looked at. */
interface Said {
  readonly model?: string;
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null };
    readonly message?: { readonly content?: string | null };
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: Usage | null;
  readonly error?: { readonly message?: unknown; readonly code?: unknown } | null;
}

function readEvent(data: string, received: Received): void {
  try {
    take(JSON.parse(data) as Said, received);
  } catch {
    received.badEvents += 1;
  }
}

/** A body that is no JSON is no answer, and says nothing. */
function readWhole(text: string, received: Received): void {
  try {
    take(JSON.parse(text) as Said, received);
  } catch {
    received.error = { message: text };
  }
}

function take({ model, choices, usage, error }: Said, received: Received): void {
  if (error !== undefined && error !== null) {
    const { message, code } = error;
    received.error = { message: String(message), ...(typeof code === 'string' && { code }) };
  }
  if (model !== undefined && !received.models.includes(model)) received.models.push(model);
  const content = choices?.[0]?.delta?.content ?? choices?.[0]?.message?.content ?? '';
  if (content !== '') received.firstTokenMs ??= now() - received.askedAt;
  received.text += content;
  const finish = choices?.[0]?.finish_reason;
  if (typeof finish === 'string') received.finishReason = finish;
  if (usage !== undefined && usage !== null) received.usage = usage;
}
