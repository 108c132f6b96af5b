import { Pool } from 'undici';
import { type Answer, ask, type Request } from './client.ts';
import type { Closed, GatewayChild } from './gateway-child.ts';

/** How the clients of a closing gateway fared. */
export interface Drained {
  readonly closed: Closed;
  readonly streams: number;
  /** Streams that came whole. */
  readonly whole: number;
  /** Streams that ended in the error that says why. */
  readonly told: number;
  /** Clients that got neither a whole answer nor an error they can read. */
  readonly lost: number;
  /** The first of them. */
  readonly problems: readonly string[];
}

/** Calls that wait for an answer while the gateway closes, and calls that come too late: of each so many. */
const others = 20;

/** Opens streams, half of which would never end, closes the gateway, and looks what every client gets. */
export async function drain(gateway: GatewayChild, streams: number): Promise<Drained> {
  const pool = new Pool(`http://127.0.0.1:${gateway.port}`, {
    connections: streams + 2 * others,
    headersTimeout: 30_000,
    bodyTimeout: 30_000,
  });
  let begun = 0;
  const open = Array.from({ length: streams }, (_, index) => {
    let first = true;
    return ask(pool, streamed(index), () => {
      if (first) begun += 1;
      first = false;
    });
  });
  const waiting = Array.from({ length: others }, () => ask(pool, { ...streamed(0), body: body('up/silent', false) }));
  await until(() => begun === streams, 30_000);
  const closing = gateway.ask('close');
  // Asked over the same connections and later than `close`, so that they come after it.
  const late = closing.then(() => Promise.all(Array.from({ length: others }, () => ask(pool, streamed(1)))));
  const problems: string[] = [];
  let whole = 0;
  let told = 0;
  for (const answer of await Promise.all(open)) {
    if (answer.status === 200 && !answer.broken && answer.text.includes('data: [DONE]')) whole += 1;
    else if (isTold(answer)) told += 1;
    else problems.push(`a stream: ${shown(answer)}`);
  }
  for (const answer of [...(await Promise.all(waiting)), ...(await late)])
    if (answer.status !== 503 || !answer.text.includes('GW_CLOSING')) problems.push(`expected 503 GW_CLOSING: ${shown(answer)}`);
  await pool.close();
  return { closed: await closing, streams, whole, told, lost: problems.length, problems: problems.slice(0, 5) };
}

/** The error inside the stream, after which the connection ends without a clean end. */
function isTold({ status, broken, text }: Answer): boolean {
  return status === 200 && broken && text.includes('"code":"GW_CLOSING"') && !text.includes('data: [DONE]');
}

/** Half of them stall for ever, half go on for two or three seconds; every third is wrapped by a plugin. */
function streamed(index: number): Request {
  const headers = { 'content-type': 'application/json', ...(index % 3 === 0 && { 'x-soak': 'wrap' }) };
  return { method: 'POST', path: '/ai/v1/chat/completions', headers, body: body(index % 2 === 0 ? 'up/stall' : 'up/slow', true) };
}

function body(model: string, stream: boolean): string {
  const content = 'one two three four five six seven eight nine ten eleven twelve';
  return JSON.stringify({ model, stream, messages: [{ role: 'user', content }] });
}

function shown({ status, text, broken }: Answer): string {
  return `${status}${broken ? ' broken' : ''} …${text.slice(-200)}`;
}

async function until(holds: () => boolean, limitMs: number): Promise<void> {
  const limit = performance.now() + limitMs;
  while (!holds() && performance.now() < limit) await new Promise((resolve) => setTimeout(resolve, 5));
}
