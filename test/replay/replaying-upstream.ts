import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { random } from '../soak/random.ts';
import type { Way } from './ways.ts';
import { answerText } from './wire-text.ts';

export interface Received {
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface ReplayingUpstream {
  readonly url: string;
  /** The answer to this request is this recording's, once. */
  offer(way: Way): void;
  /** The answer to the next request for its path is this recording's, whatever the body: it is a translated one. */
  offerForPath(way: Way): void;
  /** What was asked for since the last call. */
  received(): readonly Received[];
  close(): Promise<void>;
}

/** Stands for every body. No JSON. */
const anyBody = '*';

/** What a gateway adds to a request so that its stream says what it used. */
const addition = /,\s*"stream_options":\s*\{"include_usage":\s*true\}|,?\s*"include_usage":\s*true(?=\s*\})/;

/** A request as its client sent it. */
export function withoutAddition(body: string): string {
  return body.replace(addition, '');
}

/** All providers in one server: a request is answered by the recording that has its path and its body, byte for byte; no other is. */
export async function replayingUpstream(): Promise<ReplayingUpstream> {
  const offered = new Map<string, Way[]>();
  let received: Received[] = [];
  const keyOf = (path: string, body: string): string => `${path}\n${body}`;
  const take = (path: string, body: string): Way | undefined => {
    const asked = [body, withoutAddition(body), anyBody]
      .map((text) => keyOf(path, text))
      .find((key) => (offered.get(key)?.length ?? 0) > 0);
    return asked === undefined ? undefined : offered.get(asked)?.shift();
  };
  const server = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => {
      const [path, body] = [req.url as string, Buffer.concat(parts).toString()];
      received.push({ path, body, headers: req.headers });
      const way = take(path, body);
      if (way === undefined) {
        res.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"message":"nothing was recorded for this request"}}');
        return;
      }
      const { status, response, id } = way.recording;
      res.writeHead(status, { 'content-type': response.content_type });
      for (const piece of pieces(Buffer.from(answerText(way.recording) ?? ''), Number.parseInt(id, 16))) res.write(piece);
      res.end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const offer = (way: Way, body: string): void => {
    const key = keyOf(way.upstreamPath, body);
    offered.set(key, [...(offered.get(key) ?? []), way]);
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    offer: (way) => offer(way, way.upstreamBody),
    offerForPath: (way) => offer(way, anyBody),
    received: () => {
      const since = received;
      received = [];
      return since;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The bytes in up to eight pieces, cut anywhere. */
export function pieces(bytes: Buffer, seed: number): Buffer[] {
  const chance = random(seed >>> 0, 1);
  const cuts = Array.from({ length: chance.below(8) }, () => chance.below(bytes.length + 1)).sort((one, other) => one - other);
  return [0, ...cuts].map((start, index) => bytes.subarray(start, cuts[index] ?? bytes.length));
}
