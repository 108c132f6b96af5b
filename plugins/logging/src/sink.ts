import type { Logger as WinstonLogger } from 'winston';
import type { Fields } from './line.ts';
import { type Beneath, firstOf, flushed, onError, over, streamsBeneath, waitingIn } from './streams.ts';

/** Says, somewhere else, that the log itself has trouble. */
export type Trouble = (message: string, fields: Fields) => void;

/**
 * A winston logger that a gateway can write to without fear: writing never throws and never waits, errors of its
 * transports end no process, and what waits for a slow one is bounded.
 */
export class Sink {
  readonly #logger: WinstonLogger;
  readonly #maxWaiting: number;
  readonly #trouble: Trouble;
  readonly #releases: (() => void)[] = [];
  #streams: readonly Beneath[] = [];
  #dropped = 0;

  constructor(logger: WinstonLogger, maxWaiting: number, trouble: Trouble) {
    this.#logger = logger;
    this.#maxWaiting = maxWaiting;
    this.#trouble = trouble;
  }

  open(): void {
    this.#streams = [...new Set(this.#logger.transports.flatMap(streamsBeneath))];
    const failed = (error: unknown): void => this.#failed(error);
    for (const emitter of [streamOf(this.#logger), ...this.#streams]) this.#releases.push(onError(emitter, failed));
  }

  write(level: string, message: string, fields: Fields = {}): void {
    if (this.#isFull()) {
      this.#drop();
      return;
    }
    const counted = this.#dropped === 0 ? fields : { ...fields, dropped: this.#dropped };
    this.#dropped = 0;
    try {
      // Named first, for readers; named again, as nothing may take their place.
      this.#logger.log(Object.assign({ level, message }, counted, { level, message }));
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Lines that were dropped and that no later line has counted. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Those, and the lines that still wait. */
  get unwritten(): number {
    const { writableLength, readableLength, transports } = this.#logger;
    return this.#dropped + transports.reduce((sum, transport) => sum + transport.writableLength, writableLength + readableLength);
  }

  /** Resolves when everything that was written is handed over. */
  async flush(): Promise<void> {
    await this.#taken();
    await Promise.all(this.#streams.map(flushed));
  }

  /** Flushes, then ends the logger and its transports. */
  async end(): Promise<void> {
    // winston ends the transports before they have what still waits in the logger.
    await this.#taken();
    const ends = this.#logger.transports.flatMap(endsBeneath);
    await new Promise<void>((resolve) => {
      this.#logger.end(() => resolve());
    });
    await Promise.all([...ends, ...this.#streams.map(flushed)]);
  }

  /** Stops watching. What fails from now on is its owner's. */
  release(): void {
    for (const release of this.#releases.splice(0)) release();
  }

  #isFull(): boolean {
    const max = this.#maxWaiting;
    return this.#logger.writableLength >= max || this.#streams.some((stream) => waitingIn(stream) >= max);
  }

  #drop(): void {
    this.#dropped += 1;
    if (this.#dropped === 1)
      this.#trouble('The log does not keep up; lines are dropped. The next one that is written counts them.', { limit: this.#maxWaiting });
  }

  #failed(error: unknown): void {
    this.#trouble('The log could not be written.', { error: String(error) });
  }

  /** Resolves when the transports have every line. A full one takes more when it has drained. */
  async #taken(): Promise<void> {
    await tick(); // streams begin to flow in the tick after they were connected
    while (this.#logger.writableLength + this.#logger.readableLength > 0) await firstOf(this.#logger.transports, ['drain']);
  }
}

/** The ends of what a transport writes to and closes itself, where that does not tell how much waits. */
function endsBeneath(transport: { readonly close?: unknown }): Promise<void>[] {
  if (typeof transport.close !== 'function') return [];
  return streamsBeneath(transport)
    .filter(({ writableLength }) => writableLength === undefined)
    .map(over);
}

/** A child logger has its parent for a prototype; listeners belong to the parent, which is the stream. */
function streamOf(logger: WinstonLogger): WinstonLogger {
  return Object.hasOwn(logger, '_writableState') ? logger : streamOf(Object.getPrototypeOf(logger) as WinstonLogger);
}

function tick(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
