import type { ChatRequest, Choice, Usage } from './chat.ts';
import type { Refusal } from './refusals.ts';

/** An answer of the simulation, before it is written in anybody's format. */
export interface Answer {
  /** A number of its own. */
  readonly serial: number;
  readonly created: number;
  readonly request: ChatRequest;
  readonly choices: readonly Choice[];
  readonly usage: Usage;
}

/** One of the APIs that the simulated provider speaks: strict where its original is, so that what it takes is right. */
export interface SimulatedFormat {
  /** The request of a call, as the simulation reads it; `undefined` for other paths. Throws `Refusal` for what the original refuses. */
  read(path: string, query: URLSearchParams, body: Buffer, offered: readonly string[] | undefined): ChatRequest | undefined;
  whole(answer: Answer): object;
  /** Whole frames of a stream. */
  frames(answer: Answer): Iterable<string>;
  /** The last frame, apart because a model may leave it out; `undefined` where there is none. */
  readonly lastFrame: string | undefined;
  /** An error inside a stream. */
  readonly errorFrame: string;
  refusalBody(refusal: Refusal): object;
  /** Where the key stands in the headers. */
  keyOf(headers: Readonly<Record<string, string | string[] | undefined>>): string | undefined;
}

export const internalWords = 'The server had an error at host internal.simulated.example.';

/** A frame with an event name. */
export function named(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

export function unnamed(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
