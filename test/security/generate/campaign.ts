import fc from 'fast-check';
import { type Expectation, expectationOf, isSame } from './expectation.ts';
import { type RecordingUpstream, recordingUpstream } from './recording-upstream.ts';
import { type GeneratedRequest, numberHeader, requests } from './requests.ts';
import { type Plant, Subject, type SubjectReport } from './subject.ts';
import { bytesOf, type WireAnswer, WireConnection } from './wire.ts';

export interface CampaignOptions {
  readonly requests: number;
  /** The same seed makes the same requests. */
  readonly seed: number;
  /** A proxy without any care in the gateway's place, to see that the campaign sees it. */
  readonly plant?: Plant;
  /** Milliseconds after which a request counts as never answered. */
  readonly patienceMs?: number;
  readonly progress?: (done: number) => void;
}

/** Something that must not be. */
export interface Finding {
  readonly kind: FindingKind;
  readonly what: string;
  /** Of the request, in the order of its seed. */
  readonly number: number;
  /** The request's first bytes. */
  readonly request: string;
}

export type FindingKind = 'crash' | '5xx' | 'hang' | 'refusal' | 'forwarded' | 'changed' | 'wrongly-refused' | 'wire';

export interface CampaignResult {
  readonly findings: readonly Finding[];
  readonly report: SubjectReport | undefined;
  readonly ended: string | undefined;
  /** Answers by status; 0 where the connection was closed without one. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Requests that reached the upstream, all of them as they were judged. */
  readonly forwarded: number;
  readonly slowestMs: number;
  readonly ms: number;
}

const bodyBytes = 1024 * 1024;
const connections = 24;
const batch = 500;
/** More would tell nobody more. */
const mostFindings = 5_000;

/** A request that takes longer is tried again alone; if it takes longer again, it hangs. Milliseconds. */
const slowMs = 1_000;

/** Sends generated requests to a gateway in a process of its own, and judges every answer and everything sent upstream. */
export async function campaign(options: CampaignOptions): Promise<CampaignResult> {
  const upstream = await recordingUpstream();
  const subject = await Subject.start({ upstream: upstream.url, bodyBytes, plant: options.plant });
  try {
    const run = new Run(subject, upstream, options.patienceMs ?? 20_000);
    const start = performance.now();
    for (let from = 0; from < options.requests && subject.ended === undefined; from += batch) {
      await run.all(generated(options.seed, from, Math.min(batch, options.requests - from)), from);
      options.progress?.(Math.min(from + batch, options.requests));
    }
    await run.repeatSlow();
    run.close();
    const report = await subject.report();
    return { ...run.result(), report, ended: subject.ended, ms: performance.now() - start };
  } finally {
    await subject.stop();
    await upstream.close();
  }
}

/** A batch of requests; each batch has a seed of its own, so that a late one can be made without those before it. */
export function generated(seed: number, from: number, count: number): GeneratedRequest[] {
  return fc.sample(requests(bodyBytes), { seed: seed + from, numRuns: count });
}

interface Numbered {
  readonly request: GeneratedRequest;
  readonly number: number;
  readonly parts: readonly Buffer[];
}

class Run {
  readonly #subject: Subject;
  readonly #upstream: RecordingUpstream;
  readonly #patienceMs: number;
  readonly #connections: readonly WireConnection[];
  readonly #findings: Finding[] = [];
  readonly #statuses = new Map<number, number>();
  readonly #slow: Numbered[] = [];
  #forwarded = 0;
  #slowestMs = 0;

  constructor(subject: Subject, upstream: RecordingUpstream, patienceMs: number) {
    this.#subject = subject;
    this.#upstream = upstream;
    this.#patienceMs = patienceMs;
    this.#connections = Array.from({ length: connections }, () => new WireConnection(subject.port));
  }

  async all(requests: readonly GeneratedRequest[], from: number): Promise<void> {
    let next = 0;
    await Promise.all(
      this.#connections.map(async (connection) => {
        while (next < requests.length) {
          const at = next;
          next += 1;
          await this.#one(connection, numbered(requests[at] as GeneratedRequest, from + at));
        }
      }),
    );
  }

  /** A machine that was busy elsewhere looks like a hang: what was slow once is tried alone. */
  async repeatSlow(): Promise<void> {
    for (const one of this.#slow.slice(0, 50)) {
      const connection = new WireConnection(this.#subject.port);
      let ms = Number.POSITIVE_INFINITY;
      for (let tries = 0; tries < 3 && ms > slowMs; tries += 1)
        ({ ms } = await connection.send(one.parts, one.request.method, one.request.malformed, this.#patienceMs));
      connection.close();
      this.#upstream.take(one.number);
      if (ms > slowMs) this.#find('hang', `${Math.round(ms)} ms, alone too`, one);
    }
  }

  close(): void {
    for (const connection of this.#connections) {
      if (connection.stray > 0) this.#find('wire', `${connection.stray} bytes that nobody asked for`);
      connection.close();
    }
    for (const stranger of this.#upstream.strangers) this.#find('forwarded', `a request that nobody sent: ${stranger}`);
    if (this.#subject.ended !== undefined) this.#find('crash', `the process ended with ${this.#subject.ended}`);
  }

  result(): Pick<CampaignResult, 'findings' | 'statuses' | 'forwarded' | 'slowestMs'> {
    return { findings: this.#findings, statuses: this.#statuses, forwarded: this.#forwarded, slowestMs: this.#slowestMs };
  }

  async #one(connection: WireConnection, one: Numbered): Promise<void> {
    const { request, parts } = one;
    const answer = await connection.send(parts, request.method, request.malformed, this.#patienceMs);
    this.#statuses.set(answer.status, (this.#statuses.get(answer.status) ?? 0) + 1);
    this.#slowestMs = Math.max(this.#slowestMs, answer.ms);
    if (answer.ms >= this.#patienceMs) this.#find('hang', 'no answer', one);
    else if (answer.ms > slowMs) this.#slow.push(one);
    const expected = expectationOf(request);
    this.#judgeAnswer(one, answer, expected);
    this.#judgeUpstream(one, answer, expected);
  }

  #judgeAnswer(one: Numbered, answer: WireAnswer, expected: Expectation): void {
    const { request } = one;
    const { status, broken } = answer;
    if (status >= 500) this.#find('5xx', `${status} ${answer.body.toString().slice(0, 300)}`, one);
    else if (status === -1) this.#find('wire', 'an answer that is not HTTP', one);
    if (request.malformed) return; // Node may have answered, or closed
    if (broken) this.#find('wire', `the connection was closed${status === 0 ? ' without an answer' : ' within the answer'}`, one);
    else if (answer.headers.has('x-host')) {
      if (request.path === 'ours') this.#find('refusal', 'the host answered in our place', one);
    } else if (request.path === 'host') this.#find('refusal', `answered a path of the host's with ${status}`, one);
    else if (status >= 400 && status < 500) this.#judgeRefusal(one, answer, expected);
    else if (status === 200 && expected.kind === 'refused') this.#find('forwarded', `200 for what had to be refused: ${expected.why}`, one);
  }

  #judgeRefusal(one: Numbered, answer: WireAnswer, expected: Expectation): void {
    const problem = refusalProblem(answer, one.request.method === 'HEAD');
    if (problem !== undefined) this.#find('refusal', `${answer.status}: ${problem}: ${answer.body.toString().slice(0, 200)}`, one);
    if (expected.kind === 'must-pass') this.#find('wrongly-refused', `${answer.status} ${answer.body.toString().slice(0, 300)}`, one);
  }

  /** One upstream request for each 200, none for anything else, and its body is what was judged. */
  #judgeUpstream(one: Numbered, { status, headers }: WireAnswer, expected: Expectation): void {
    const bodies = this.#upstream.take(one.number);
    this.#forwarded += bodies.length;
    const passes = expected.kind === 'may-pass' || expected.kind === 'must-pass';
    const lost = one.request.malformed && !headers.has('x-request-id'); // Node spoke, or closed, before the answer came
    const due = passes && status === 200 ? 1 : 0;
    if (bodies.length !== due && !(lost && passes && bodies.length === 1))
      this.#find('forwarded', `${bodies.length} upstream requests after status ${status}; expected ${due}`, one);
    if (passes && bodies.some((body) => !isSame(body, expected.upstream)))
      this.#find('changed', `the upstream got ${bodies[0]?.toString().slice(0, 600)}`, one);
  }

  #find(kind: FindingKind, what: string, one?: Numbered): void {
    if (this.#findings.length >= mostFindings) return;
    const bytes = one === undefined ? '' : Buffer.concat(one.parts).toString('latin1');
    this.#findings.push({ kind, what, number: one?.number ?? -1, request: JSON.stringify(bytes.slice(0, 1_500)) });
  }
}

function numbered(request: GeneratedRequest, number: number): Numbered {
  // Idempotency keys are for repeats; each of ours is a request of its own.
  const headers = request.headers.map(
    ([name, value]) => [name, name === 'idempotency-key' && value !== '' ? value + number : value] as const,
  );
  return { request, number, parts: bytesOf({ ...request, headers }, [[numberHeader, String(number)]]) };
}

const errorTypes = new Set(['invalid_request_error', 'rate_limit_error', 'timeout_error']);

/** What keeps a refusal from being a clear error of OpenAI's kind. */
function refusalProblem({ headers, body }: WireAnswer, withoutBody: boolean): string | undefined {
  const id = headers.get('x-request-id');
  if (!/^[\w-]{8,64}$/.test(id ?? '')) return 'no x-request-id';
  if (!headers.get('content-type')?.startsWith('application/json')) return 'its content type is not JSON';
  if (withoutBody) return undefined;
  let error: Readonly<Record<string, unknown>> | undefined;
  try {
    ({ error } = JSON.parse(body.toString()) as { error?: Readonly<Record<string, unknown>> });
  } catch {
    return 'its body is not JSON';
  }
  const { message, type, code, param, request_id: named } = error ?? {};
  if (typeof message !== 'string' || message.length < 10 || message.length > 2_000) return 'no message';
  if (/\p{Cc}/u.test(message)) return 'a message with control characters';
  if (/node_modules|\/core\/src\/|node:internal|sk-operators|127\.0\.0\.1:\d/.test(message)) return 'a message that tells of the inside';
  if (typeof type !== 'string' || !errorTypes.has(type)) return `the type ${String(type)}`;
  if (typeof code !== 'string' || !/^[\w.-]+$/.test(code)) return `the code ${String(code)}`;
  if (param !== null && typeof param !== 'string') return 'no param';
  return named === id ? undefined : 'a request id other than its header';
}
