// The load generator, a process of its own. `load/` has what it is made of; here it is told what to do.

import { ClosedLoop, type ClosedLoopSpec } from './load/closed-loop.ts';
import { type OpenLoopSpec, type OpenLoopTally, openLoop } from './load/open-loop.ts';
import type { RequestSpec } from './load/request.ts';
import { Streams, type StreamsSpec, type StreamsTally } from './load/streams.ts';
import type { Tally } from './load/tally.ts';
import { verify } from './load/verify.ts';
import { answer, type Handlers } from './rpc.ts';

export interface LoadApi extends Handlers {
  /** What is wrong with an answer, looked at closely; `null`: nothing. */
  verify: (spec: RequestSpec) => Promise<string | null>;
  openLoop: (spec: OpenLoopSpec) => Promise<OpenLoopTally>;
  /** Connects for a slice. */
  connect: (spec: ClosedLoopSpec) => Promise<void>;
  /** The slice: milliseconds. */
  slice: (ms: number) => Promise<Tally>;
  disconnect: () => void;
  beginStreams: (spec: StreamsSpec & { readonly limitMs: number }) => Promise<void>;
  /** Events of the streams so far. */
  streamEvents: () => number;
  finishStreams: () => Promise<StreamsTally>;
  /** Leaves all streams at once; when that was, in milliseconds since 1970. */
  abandonStreams: () => number;
}

let loop: ClosedLoop | undefined;
let streams: Streams | undefined;

const handlers: LoadApi = {
  verify: async (spec) => (await verify(spec)) ?? null,
  openLoop,
  connect: async (spec) => {
    loop = await ClosedLoop.open(spec);
  },
  slice: (ms) => open(loop).run(ms),
  disconnect: () => open(loop).close(),
  beginStreams: async ({ limitMs, ...spec }) => {
    streams = await Streams.begin(spec, limitMs);
  },
  streamEvents: () => open(streams).events,
  finishStreams: () => open(streams).finish(),
  abandonStreams: () => open(streams).abandon(),
};

answer(null, handlers);

function open<T>(what: T | undefined): T {
  if (what === undefined) throw new Error('nothing is open');
  return what;
}
