import type { ClientFormat } from '../providers.ts';

/** What a test asks a model for, in no format. */
export interface Question {
  readonly model: string;
  readonly system?: string;
  /** The conversation; the last turn is the user's, or the results of the calls before. */
  readonly turns: readonly Turn[];
  readonly stream?: boolean;
  readonly tools?: readonly Tool[];
  readonly schema?: object;
  readonly reasoning?: boolean;
  readonly maxTokens?: number;
}

export type Turn =
  | { readonly user: string; readonly image?: string }
  /** An answer as its client got it, to go on from. */
  | { readonly answer: Answered }
  | { readonly results: readonly { readonly call: Call; readonly text: string }[] };

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly parameters: object;
}

export interface Call {
  readonly id: string;
  readonly name: string;
  readonly arguments: unknown;
}

/** What a client made of an answer. */
export interface Answered {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly Call[];
  readonly finish: 'stop' | 'length' | 'tools';
  /** Tokens; `undefined` where the client was told of none. */
  readonly input: number | undefined;
  readonly output: number | undefined;
  /** Pieces of the text, for streams. */
  readonly pieces: number;
  /** In the client's own words, for going on from it. */
  readonly raw: unknown;
}

/** A real client library. */
export interface Driver {
  readonly name: string;
  readonly format: ClientFormat;
  /** What its format, or the library, cannot say or show: no row in the table. */
  readonly lacks?: readonly ('reasoning' | 'structured' | 'images')[];
  /** Refers to what a provider of its own format keeps, by id: such a conversation cannot go on elsewhere. */
  readonly refers?: boolean;
  /** `origin`: the gateway's mount, without version path. Rejects with the library's own error. */
  ask(origin: string, question: Question, signal?: AbortSignal): Promise<Answered>;
}

/** The status of whatever error a library throws. */
export function statusOf(error: unknown): number | undefined {
  const { status, statusCode } = error as { readonly status?: number; readonly statusCode?: number };
  return status ?? statusCode;
}

export const clientKey = 'gw_of-the-client';
