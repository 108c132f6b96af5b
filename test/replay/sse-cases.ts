import { isDeepStrictEqual } from 'node:util';
import { FrameSplitter, frameFields } from '../../core/src/dialects/sse.ts';
import { cuts } from './streams.ts';
import type { Tally } from './tally.ts';

/** Streams of the parsers' own test suites, and what a client reads in them. */
export interface SseCase {
  readonly id: string;
  readonly stream_base64: string;
  readonly expected: readonly { readonly data?: string; readonly event?: string | null }[];
}

/** A stream in these pieces as its events; a last one without its blank line is none. */
function eventsIn(pieces: readonly Buffer[]): { readonly data: string; readonly event: string | undefined }[] {
  const splitter = new FrameSplitter(Number.POSITIVE_INFINITY);
  const events: { readonly data: string; readonly event: string | undefined }[] = [];
  for (const piece of pieces) {
    const whole = splitter.push(piece);
    for (let start = 0; whole && start < splitter.text.length; ) {
      const end = splitter.frameEnd(start);
      const frame = splitter.bytes.toString('utf8', start, end);
      const { data, name } = frameFields(frame);
      if (/^\ufeff?data(?::|[\r\n])/m.test(frame)) events.push({ data, event: name || undefined });
      start = end;
    }
  }
  return events;
}

export function sseCases(cases: readonly SseCase[], ways: number, seed: number, tally: Tally): void {
  for (const { id, stream_base64, expected } of cases) {
    const bytes = Buffer.from(stream_base64, 'base64');
    const wanted = expected.filter(({ data }) => data !== undefined).map(({ data, event }) => ({ data, event: event || undefined }));
    const uncut = eventsIn([bytes]);
    const same = isDeepStrictEqual(
      uncut.map(({ data }) => data),
      wanted.map(({ data }) => data),
    );
    tally.count(`SSE cases: ${same ? 'read as expected' : 'read otherwise'}`);
    if (!same) tally.problem('an SSE case', id, `${JSON.stringify(wanted).slice(0, 250)} read as ${JSON.stringify(uncut).slice(0, 250)}`);
    for (const pieces of cuts(bytes, ways, seed))
      if (!isDeepStrictEqual(eventsIn(pieces), uncut)) tally.problem('an SSE case, cut', id, `${pieces.length} pieces`);
  }
}
