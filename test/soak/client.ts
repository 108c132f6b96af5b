import { connect } from 'node:net';
import type { Dispatcher, Pool } from 'undici';
import type { Leaving, Planned } from './mix.ts';
import type { UpstreamWatch } from './upstream-watch.ts';

/** What a client got. */
export interface Answer {
  /** 0 when the connection ended without a head. */
  readonly status: number;
  readonly text: string;
  /** Whether the connection broke before the answer's end. */
  readonly broken: boolean;
}

export type Request = Pick<Planned, 'method' | 'path' | 'headers' | 'body'>;

/** One request and its answer; never rejects. `onData` hears of each piece. */
export function ask(pool: Pool, { method, path, headers, body }: Request, onData?: () => void): Promise<Answer> {
  return new Promise((resolve) => {
    let status = 0;
    const pieces: Buffer[] = [];
    const over = (broken: boolean): void => resolve({ status, text: Buffer.concat(pieces).toString(), broken });
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: () => {},
      onResponseStart: (_controller, code) => {
        status = code;
      },
      onResponseData: (_controller, piece) => {
        pieces.push(piece);
        onData?.();
      },
      onResponseEnd: () => over(false),
      onResponseError: () => over(true),
    };
    pool.dispatch({ method: method as Dispatcher.HttpMethod, path, headers, body: method === 'GET' ? null : body }, handler);
  });
}

/** Frames of a stalling model after which a client in the stream leaves. */
const framesRead = 3;

/** For clients that nobody tells when to leave. Milliseconds. */
const hesitation = { 'in-head': 1, 'in-body': 10, 'in-hook': 15, 'not-reading': 200 } as const;

/** A phase that does not come within this time is a defect. Milliseconds. */
const patienceMs = 20_000;

/** Sends a request and leaves in the phase that was planned. Resolves with what went wrong, if anything. */
export function leave(port: number, request: Planned, watch: UpstreamWatch): Promise<string | undefined> {
  const phase = request.leaves as Leaving;
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let over = false;
    const go = (problem?: string): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      const at = performance.now();
      socket.destroy();
      watch.left(request.id, at);
      resolve(problem);
    };
    const timer = setTimeout(() => go(`${request.id}: the phase ${phase} did not come`), patienceMs);
    watch.follow(request.id, phase === 'at-upstream' ? () => go() : undefined);
    socket.on('error', (error) => go(`${request.id} (${phase}): ${error.message}`));
    socket.on('close', () => go(`${request.id} (${phase}): the gateway closed the connection`));
    if (phase === 'first-byte') socket.once('data', () => go());
    else if (phase === 'in-stream') readFrames(socket, () => go());
    else if (phase !== 'not-reading') socket.resume();
    socket.write(bytesOf(request, phase), () => {
      if (phase === 'sent') go();
      else if (phase in hesitation) setTimeout(go, hesitation[phase as keyof typeof hesitation]);
    });
  });
}

function readFrames(socket: NodeJS.ReadableStream, enough: () => void): void {
  let frames = 0;
  socket.on('data', (piece: Buffer) => {
    frames += piece.toString('latin1').split('\n\n').length - 1;
    if (frames >= framesRead) enough();
  });
}

/** As much of a request as is sent before the client leaves. */
function bytesOf({ method, path, headers, body }: Planned, phase: Leaving): string {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${fields.join('')}`;
  if (phase === 'in-head') return head.slice(0, head.length / 2);
  return `${head}\r\n${phase === 'in-body' ? body.slice(0, body.length / 2) : body}`;
}
