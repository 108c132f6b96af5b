import type { ServerResponse } from 'node:http';
import { GatewayError } from '@express-ai-gateway/core/plugin';

/** What went wrong, for administrators: they may know more than callers, but no secret and no stack either. */
const table = {
  ADMIN_UNAUTHENTICATED: [401, 'No administrator has this credential. Send yours as "authorization: Bearer <secret>".'],
  ADMIN_THROTTLED: [429, 'Too many wrong credentials came from this address. Wait a minute; a right one is let in at once.'],
  ADMIN_FORBIDDEN_ORIGIN: [403, 'A page of another origin asked for this. Its operator may allow that origin by the option origins.'],
  ADMIN_NOT_FOUND: [404, 'There is no such operation. GET the admin plane itself for a list.'],
  ADMIN_NOT_JSON: [415, 'The body is not JSON. Send it with "content-type: application/json", or send none.'],
  ADMIN_SLOW: [408, 'The body did not arrive within ten seconds. Send it again.'],
  ADMIN_TOO_LARGE: [413, 'The body is larger than 64 KiB, which no operation takes.'],
  ADMIN_AUDIT_AWAY: [503, 'The audit log cannot be written, so nothing may be changed. Nothing was. Try again when its store is back.'],
  ADMIN_AUDIT_LOST: [
    500,
    'It was done, but could not be written into the audit log; the gateway’s own log has it. Check what is there now.',
  ],
  ADMIN_FAILED: [500, 'The operation failed. The gateway’s log says why.'],
} as const;

export function refusal(code: keyof typeof table, headers: Readonly<Record<string, string>> = {}): GatewayError {
  const [status, message] = table[code];
  return new GatewayError({ status, code, message, headers });
}

export function methodNotAllowed(allow: string): GatewayError {
  return new GatewayError({ status: 405, code: 'ADMIN_METHOD', message: `This path takes ${allow}.`, headers: { allow } });
}

export function badInput(problems: readonly string[]): GatewayError {
  return new GatewayError({ status: 400, code: 'ADMIN_BAD_INPUT', message: `The request cannot be like this: ${problems.join('; ')}.` });
}

export function lacksRole(needed: string, has: string): GatewayError {
  const message = `This takes the role ${needed}, and yours is ${has}. Ask an administrator who has it.`;
  return new GatewayError({ status: 403, code: 'ADMIN_ROLE', message });
}

/** A whole answer; nothing: 204. */
export function answer(res: ServerResponse, value: unknown): void {
  if (value === undefined) {
    res.writeHead(204).end();
    return;
  }
  send(res, 200, value);
}

export function answerError(res: ServerResponse, error: GatewayError): void {
  for (const [name, value] of Object.entries(error.headers)) res.setHeader(name, value);
  send(res, error.status, { error: { code: error.code, message: error.message } });
}

function send(res: ServerResponse, status: number, value: unknown): void {
  if (res.headersSent || res.destroyed) return;
  const body = Buffer.from(JSON.stringify(value));
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length });
  res.end(body);
}
