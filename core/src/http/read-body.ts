import type { IncomingMessage } from 'node:http';
import { type GatewayError, gatewayError } from '../errors.ts';
import { Gathered } from '../gathered.ts';
import type { BodyLimits } from '../inbound.ts';

/** A request whose body parsers may have run before us. */
export type ParsedRequest = IncomingMessage & { readonly body?: unknown; readonly _body?: boolean };

/** The whole request body. Rejects with `GW_BODY_*` at the limits, and with `GW_CLIENT_CLOSED` when the client leaves. */
export function readBody(req: ParsedRequest, limits: BodyLimits): Promise<Buffer> {
  if (req._body === true || req.readableEnded) return Promise.resolve(consumedBody(req, limits));
  const declared = Number(req.headers['content-length'] ?? 0);
  if (declared > limits.bytes) return Promise.reject(tooLarge(req, limits));
  return collect(req, declared, limits);
}

function collect(req: IncomingMessage, declared: number, limits: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const body = new Gathered();
    const timer = setTimeout(() => finish(refuse(req, gatewayError('GW_BODY_TIMEOUT', { details: { limit: limits.ms } }))), limits.ms);
    const onData = (data: Buffer | string): void => {
      // Text, where middleware that listens too has set an encoding.
      const chunk = typeof data === 'string' ? Buffer.from(data, req.readableEncoding ?? 'utf8') : data;
      body.add(chunk);
      if (body.length > limits.bytes) finish(tooLarge(req, limits));
    };
    const onEnd = (): void => finish(body.length < declared ? gatewayError('GW_BODY_CONSUMED') : undefined);
    const onGone = (): void => finish(gatewayError('GW_CLIENT_CLOSED'));
    const finish = (error?: GatewayError): void => {
      clearTimeout(timer);
      req.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
      if (error !== undefined) {
        req.on('error', () => {}); // a late reset of a refused upload concerns nobody
        reject(error);
      } else resolve(body.whole());
    };
    req.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
    req.resume(); // middleware may have paused it
  });
}

/** The rest of a refused body is not read; the answer closes the connection. */
function refuse(req: IncomingMessage, error: GatewayError): GatewayError {
  req.pause();
  req.unpipe();
  return error;
}

function tooLarge(req: IncomingMessage, limits: BodyLimits): GatewayError {
  return refuse(req, gatewayError('GW_BODY_TOO_LARGE', { details: { limit: limits.bytes } }));
}

/**
 * What a body parser of the host left: its bytes (`express.raw()`), its text, or its parsed value. The last is written
 * anew, so the upstream does not get the client's exact bytes; everything else works.
 */
function consumedBody(req: ParsedRequest, limits: BodyLimits): Buffer {
  const bytes = leftover(req.body);
  if (bytes === undefined) throw gatewayError('GW_BODY_CONSUMED');
  if (bytes.length > limits.bytes) throw gatewayError('GW_BODY_TOO_LARGE', { details: { limit: limits.bytes } });
  return bytes;
}

function leftover(body: unknown): Buffer | undefined {
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === 'string') return Buffer.from(body);
  if (typeof body !== 'object' || body === null) return undefined;
  try {
    return Buffer.from(JSON.stringify(body));
  } catch (cause) {
    // JSON.stringify recurses: what overflows it is nested far beyond any limit of ours.
    throw gatewayError('GW_TOO_DEEP', { details: { path: 'the body', limit: 64 }, cause });
  }
}
