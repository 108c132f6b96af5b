import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { isJsonObject, type JsonObject } from '../../../core/src/model/json.ts';
import { listening } from '../../core/harness/loopback.ts';
import { exceptionMessage } from './event-stream-writer.ts';
import { type Keys, signatureProblem } from './sigv4.ts';
import { anthropicAnswer, anthropicStream, converseAnswer, converseStream, type Said } from './simulated-answers.ts';
import { converseProblem, invokeProblem } from './simulated-rules.ts';

export const keys: Keys = {
  accessKeyId: 'AKIDSIMULATED',
  secretAccessKey: 'wJalrSIMULATEDKEY',
  region: 'eu-central-1',
  service: 'bedrock',
};
export const apiKey = 'bedrock-api-key-simulated';

export interface Seen {
  readonly path: string;
  /** Decoded. */
  readonly model: string;
  readonly operation: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: JsonObject;
}

export type Reply =
  | Said
  /** An error instead of an answer. */
  | { readonly status: number; readonly type: string; readonly message: string }
  /** An answer that breaks off after some of its events: with an exception, or with nothing. */
  | { readonly said: Said; readonly after: number; readonly exception?: readonly [type: string, message: string] };

export interface SimulatedBedrock {
  readonly url: string;
  readonly seen: readonly Seen[];
}

/** Bedrock's runtime on a loopback port: as strict about signatures, versions and bodies, and as it streams. */
export async function simulatedBedrock(reply: (seen: Seen) => Reply): Promise<SimulatedBedrock> {
  const seen: Seen[] = [];
  const server = await listening((req, res) => void answer(req, res, reply, seen));
  return { url: server.url, seen };
}

const path = /^\/model\/([^/?]+)\/(converse|converse-stream|invoke|invoke-with-response-stream)$/;

async function answer(req: IncomingMessage, res: ServerResponse, reply: (seen: Seen) => Reply, all: Seen[]): Promise<void> {
  const bytes = await buffer(req);
  const target = req.url ?? '';
  const [, model, operation] = path.exec(target) ?? [];
  if (req.method !== 'POST' || model === undefined || operation === undefined)
    return refuse(res, 404, 'UnknownOperationException', '{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"}}');
  const unknown = authProblem(req, bytes);
  if (unknown !== undefined) return refuse(res, 403, 'InvalidSignatureException', `The request signature does not match: ${unknown}`);
  const text = bytes.toString('utf8');
  const body: unknown = JSON.parse(text);
  if (!isJsonObject(body)) return refuse(res, 400, 'SerializationException', 'Expected an object');
  const seen = { path: target, model: decodeURIComponent(model), operation, headers: req.headers, text, body };
  all.push(seen);
  const problem = operation.startsWith('invoke') ? invokeProblem(body) : converseProblem(body);
  if (problem !== undefined) return refuse(res, 400, 'ValidationException', problem);
  return write(res, operation, reply(seen));
}

/** A bearer token or a signature, of about now. */
function authProblem(req: IncomingMessage, body: Buffer): string | undefined {
  if (req.headers.authorization?.startsWith('Bearer '))
    return req.headers.authorization === `Bearer ${apiKey}` ? undefined : 'another token';
  const date = String(req.headers['x-amz-date']);
  const at = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(Date.now() - at) < 5 * 60_000)) return `not of now: ${date}`;
  return signatureProblem({ method: 'POST', target: req.url ?? '', headers: req.headers, body }, keys);
}

function refuse(res: ServerResponse, status: number, type: string, message: string): void {
  res.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': `${type}:http://internal.amazon.com/coral/` });
  res.end(JSON.stringify({ message }));
}

function write(res: ServerResponse, operation: string, reply: Reply): void {
  if ('status' in reply) {
    refuse(res, reply.status, reply.type, reply.message);
    return;
  }
  const said = 'said' in reply ? reply.said : reply;
  const anthropic = operation.startsWith('invoke');
  if (!operation.endsWith('stream')) {
    res.writeHead(200, { 'content-type': 'application/json', 'x-amzn-requestid': 'aws-1' });
    res.end(JSON.stringify(anthropic ? anthropicAnswer(said) : converseAnswer(said)));
    return;
  }
  res.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream', 'x-amzn-requestid': 'aws-1' });
  const events = anthropic ? anthropicStream(said) : converseStream(said);
  if (!('after' in reply)) {
    send(res, events);
    res.end();
    return;
  }
  send(res, events.slice(0, reply.after));
  if (reply.exception !== undefined) res.end(exceptionMessage(...reply.exception));
  else res.end();
}

/** In pieces that care for no message. */
function send(res: ServerResponse, events: readonly Buffer[]): void {
  const stream = Buffer.concat(events);
  for (let at = 0; at < stream.length; at += 97) res.write(stream.subarray(at, at + 97));
}
