import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { AnswerReader, type Framing, type ReadAnswer } from './answer-reader.ts';

/** What an answer must be to count. */
export interface Expectation {
  readonly status: number;
  /** For streams: so many events, the last of them the format's own. */
  readonly events?: number;
  /** Default: `data`. */
  readonly framing?: Framing;
  /** For whole answers: a text near their end. */
  readonly contains?: string;
}

/** What is wrong with an answer. */
export type Problem = 'status' | 'cut short' | 'wrong number of events' | 'no [DONE]' | 'wrong body' | 'not HTTP' | 'silent';

export interface Outcome {
  readonly problem: Problem | undefined;
  readonly events: number;
  /** Milliseconds by the process's clock. */
  readonly startedAt: number;
  readonly firstByteAt: number;
  readonly endedAt: number;
}

/** Hears of events as they are read: how many, and when. */
export type EventListener = (count: number, at: number) => void;

/** Milliseconds without a byte after which an answer counts as lost. */
const silentMs = 20_000;

/** One keep-alive connection that sends one request at a time and judges its answer. */
export class Connection {
  readonly #socket: Socket;
  readonly #reader = new AnswerReader();
  #settle: ((outcome: Outcome) => void) | undefined = undefined;
  #expected: Expectation = { status: 200 };
  #onEvents: EventListener | undefined = undefined;
  #startedAt = 0;
  #firstByteAt = 0;
  #broken: Problem | undefined = undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setTimeout(silentMs, () => {
      if (this.#settle !== undefined) this.#break('silent');
    });
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => {}); // the close tells
    socket.on('close', () => this.#closed());
  }

  static async open(port: number): Promise<Connection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new Connection(socket);
  }

  /** Whether another request can be sent. */
  get usable(): boolean {
    return !this.#socket.destroyed && this.#socket.writable && !this.#reader.closing && this.#broken === undefined;
  }

  /** Sends a request and resolves, whatever happens, with how it went. */
  request(bytes: Buffer, expected: Expectation, onEvents?: EventListener): Promise<Outcome> {
    const { usable } = this;
    this.#reader.reset(expected.framing);
    this.#expected = expected;
    this.#onEvents = onEvents;
    this.#firstByteAt = Number.NaN;
    this.#startedAt = performance.now();
    return new Promise((resolve) => {
      this.#settle = resolve;
      if (usable) this.#socket.write(bytes);
      else this.#over(this.#broken ?? 'cut short');
    });
  }

  /** Leaves at once, in the middle of an answer too. */
  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    const reader = this.#reader;
    const before = reader.events;
    try {
      reader.push(chunk);
    } catch {
      this.#break('not HTTP');
      return;
    }
    if (Number.isNaN(this.#firstByteAt)) this.#firstByteAt = performance.now();
    if (this.#onEvents !== undefined && reader.events > before) this.#onEvents(reader.events - before, performance.now());
    if (reader.complete) this.#over(problemOf(reader, this.#expected));
  }

  #break(problem: Problem): void {
    this.#broken = problem;
    this.#socket.destroy();
    this.#over(problem);
  }

  #closed(): void {
    this.#reader.closed();
    this.#over(problemOf(this.#reader, this.#expected));
  }

  #over(problem: Problem | undefined): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.({
      problem,
      events: this.#reader.events,
      startedAt: this.#startedAt,
      firstByteAt: this.#firstByteAt,
      endedAt: performance.now(),
    });
  }
}

/** What is wrong with an answer; `undefined`: nothing. */
export function problemOf(answer: ReadAnswer, expected: Expectation): Problem | undefined {
  if (!answer.complete) return 'cut short';
  if (answer.status !== expected.status) return 'status';
  if (expected.events !== undefined && !answer.done) return 'no [DONE]';
  if (expected.events !== undefined && answer.events !== expected.events) return 'wrong number of events';
  if (expected.contains !== undefined && !answer.tail.includes(expected.contains)) return 'wrong body';
  return undefined;
}
