import { isHeaderName, isHeaderValue } from './header-text.ts';
import type { RefusedFor } from './model/refused-for.ts';

/**
 * Every error the gateway makes, in one table. Messages say what happened, what was expected and what to do; they never
 * contain keys, URLs of upstreams, stack traces or upstream text. `docs/errors.md` has one heading per code.
 */

/** Details a message may mention. Values come from the client or the config, never from an upstream. */
type Details = Readonly<Record<string, string | number>>;

interface ErrorRow {
  readonly status: number;
  readonly type: ErrorType;
  /** Whether sending the same request again can help. */
  readonly retryable: boolean;
  readonly message: (details: Details) => string;
}

/** The closed vocabulary behind a client's `error.type`. Dialects map it to their own words. */
export type ErrorType =
  | 'invalid_request'
  | 'authentication'
  | 'permission'
  | 'not_found'
  | 'rate_limit'
  | 'budget'
  | 'timeout'
  | 'unavailable'
  | 'upstream'
  | 'internal';

const row = (status: number, type: ErrorType, message: string | ((details: Details) => string), retryable = false): ErrorRow => ({
  status,
  type,
  retryable,
  message: typeof message === 'string' ? () => message : message,
});

export const errorTable = {
  // What the client sent.
  GW_BAD_JSON: row(400, 'invalid_request', (d) => `The request body is not valid JSON (${d.reason}). Send one JSON object.`),
  GW_DUPLICATE_KEY: row(
    400,
    'invalid_request',
    (d) => `The request body repeats the key ${d.path}. Two parsers could read it differently; send each key once.`,
  ),
  GW_TOO_DEEP: row(
    400,
    'invalid_request',
    (d) => `The request body is nested more than ${d.limit} levels deep (at ${d.path}). Flatten it.`,
  ),
  GW_JSON_LIMITS: row(400, 'invalid_request', (d) => `The request body has too many ${d.what} (at ${d.path}). Split the request.`),
  GW_BAD_TEXT: row(
    400,
    'invalid_request',
    (d) => `The request body is not well-formed UTF-8 text (${d.reason}). Encode it as UTF-8 without byte order mark.`,
  ),
  GW_BAD_REQUEST: row(400, 'invalid_request', (d) => `${d.field}: expected ${d.expected}, received ${d.received}.`),
  GW_DUPLICATE_HEADER: row(
    400,
    'invalid_request',
    (d) => `The header "${d.header}" was sent more than once. Send it once, so that everybody reads the same value.`,
  ),
  GW_IDEMPOTENCY_MISMATCH: row(
    422,
    'invalid_request',
    'This idempotency-key was used for another request. Send a key of its own with each new request.',
  ),
  GW_IDEMPOTENCY_IN_FLIGHT: row(
    409,
    'invalid_request',
    'The first request with this idempotency-key is still under way. Try again when it is over.',
    true,
  ),
  GW_METHOD_NOT_ALLOWED: row(405, 'invalid_request', (d) => `${d.path} does not take ${d.method}. Use ${d.allow}.`),
  GW_BAD_PATH: row(400, 'invalid_request', (d) => `The request's path has ${d.reason}. Send it plain, as the API names it.`),
  GW_UNPOLICED: row(
    403,
    'permission',
    (d) => `This path passes unread, which the plugins ${d.plugins} cannot police. Its operator may except them by allowUnpoliced.`,
  ),
  GW_FORBIDDEN_ORIGIN: row(
    403,
    'permission',
    'A page of another origin asked for this WebSocket. Its operator may allow that origin by the option origins.',
  ),
  GW_TOO_MANY_SOCKETS: row(
    503,
    'unavailable',
    (d) => `There are ${d.limit} WebSockets open already. Close some, or try again later.`,
    true,
  ),
  GW_BODY_TIMEOUT: row(
    408,
    'timeout',
    (d) => `The request body did not arrive within ${d.limit} ms. Send it again on a faster connection.`,
    true,
  ),
  GW_BODY_TOO_LARGE: row(
    413,
    'invalid_request',
    (d) => `The request body is larger than ${d.limit} bytes. Send less, or ask the operator to raise limits.bodyBytes.`,
  ),
  GW_UNSUPPORTED_MEDIA_TYPE: row(
    415,
    'invalid_request',
    (d) => `The content type is ${d.received}; expected application/json. Set the header "content-type: application/json".`,
  ),
  GW_UNSUPPORTED_ENCODING: row(
    415,
    'invalid_request',
    (d) => `The request body is encoded as ${d.received}; expected no content-encoding. Send it uncompressed.`,
  ),
  GW_UNKNOWN_MODEL: row(404, 'not_found', (d) => `There is no model ${d.model} here. ${d.known}`),
  GW_UNAUTHENTICATED: row(
    401,
    'authentication',
    'The gateway does not know who is calling. Send a credential that it takes, e.g. in the header "authorization"; its operator gives them out.',
  ),
  GW_TWO_CREDENTIALS: row(
    400,
    'invalid_request',
    (d) => `The headers "${d.one}" and "${d.other}" hold different credentials. Send one, so that it is clear who is calling.`,
  ),
  GW_MODEL_FORBIDDEN: row(403, 'permission', (d) => `This credential may not use the model ${d.model}; it may use ${d.permitted}.`),
  // The exchange itself.
  GW_NOT_READY: row(503, 'unavailable', 'The gateway could not start; its log says why. Try again later.', true),
  GW_CLOSING: row(503, 'unavailable', 'The gateway is shutting down. Send the request again; another process will take it.', true),
  GW_HOOK_FAILED: row(500, 'internal', 'The gateway could not process this request. Give the request id to the operator.'),
  GW_HOOK_RETURN: row(500, 'internal', 'The gateway could not process this request. Give the request id to the operator.'),
  GW_HOOK_TIMEOUT: row(500, 'timeout', 'The gateway took too long over this request. Give the request id to the operator.', true),
  GW_INTERNAL: row(500, 'internal', 'The gateway failed on this request. Give the request id to the operator.'),
  GW_BODY_CONSUMED: row(
    500,
    'internal',
    'Something in the app read the request body before the gateway and left nothing of it. Mount the gateway before body parsers, or let express.json() parse this route.',
  ),
  GW_CLIENT_CLOSED: row(499, 'internal', 'The client closed the connection before the answer was complete.'),
  GW_CLIENT_STALLED: row(499, 'internal', 'The client stopped reading the answer and was disconnected.'),
  GW_HEDGE_LOST: row(499, 'internal', 'Another target answered first. Use its answer.'),
  GW_RECOVERY_UNFIT: row(499, 'internal', 'The answer that was begun again is another than the first. Send the request again.'),
  GW_NO_TARGET: row(
    503,
    'unavailable',
    (d) => `No target is left for the model ${d.model}: ${d.reasons}. Try again later, or another model.`,
    true,
  ),
  GW_NOT_SERVED: row(
    404,
    'not_found',
    (d) => `No target for the model ${d.model} has this API: ${d.reasons}. Use a model of a provider that has it.`,
  ),
  GW_UNTRANSLATABLE: row(
    400,
    'invalid_request',
    (d) =>
      `No target for the model ${d.model} takes this request as it is: ${d.reasons}. Leave the field out, or use a model of the same API.`,
  ),
  GW_UNKNOWN_STATE: row(
    404,
    'not_found',
    'There is no such response or conversation to go on from. Send the whole conversation, or use the id of one that you began with this model.',
  ),
  // The upstream.
  GW_UPSTREAM_UNREACHABLE: row(502, 'upstream', 'The model provider cannot be reached. Try again shortly.', true),
  GW_UPSTREAM_AUTH: row(
    502,
    'upstream',
    "The model provider refused the gateway's own credential. This is for the operator to mend; your key is not at fault.",
  ),
  GW_UPSTREAM_ERROR: row(502, 'upstream', (d) => `The model provider failed with status ${d.status}. Try again shortly.`, true),
  GW_UPSTREAM_REFUSED: row(
    400,
    'invalid_request',
    (d) => `The model provider refused the request with status ${d.status}. Compare it with what the model takes.`,
  ),
  GW_UPSTREAM_RATE_LIMITED: row(429, 'rate_limit', 'The model provider limits the rate of this gateway. Wait, then try again.', true),
  GW_UPSTREAM_TIMEOUT: row(504, 'timeout', (d) => `The model provider did not ${d.what} within ${d.limit} ms. Try again shortly.`, true),
  GW_UPSTREAM_TRUNCATED: row(502, 'upstream', 'The model provider broke off its answer. What arrived is incomplete; try again.', true),
  GW_UPSTREAM_BAD_RESPONSE: row(
    502,
    'upstream',
    (d) => `The model provider answered with ${d.what}, which is not an answer in its own format. Try again shortly.`,
    true,
  ),
  GW_UPSTREAM_TOO_LARGE: row(
    502,
    'upstream',
    (d) => `The model provider sent ${d.what} larger than ${d.limit} bytes; it was cut off. Ask for a shorter answer.`,
  ),
  GW_UPSTREAM_ENCODING: row(
    502,
    'upstream',
    'The model provider sent an encoded answer although none was asked for; it was not decoded. This is for the operator to mend.',
  ),
  GW_UPSTREAM_STREAM_ERROR: row(
    502,
    'upstream',
    'The model provider reported an error inside its answer. What arrived before it is incomplete; try again.',
    true,
  ),
} as const satisfies Record<string, ErrorRow>;

export type GatewayErrorCode = keyof typeof errorTable;

export interface GatewayErrorOptions {
  readonly details?: Details;
  /** Headers for the client, e.g. `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The request field at fault, e.g. `messages[0].content`. */
  readonly param?: string;
  readonly refusedFor?: RefusedFor | undefined;
  readonly cause?: unknown;
}

/** What a plugin gives to make a refusal of its own. */
export interface Refusal {
  /** 400–599. */
  readonly status: number;
  /** The plugin's own code, e.g. `OFFICE_CLOSED`. */
  readonly code: string;
  /** What happened, what was expected, what to do. Goes to the client as it is. */
  readonly message: string;
  readonly type?: ErrorType;
  readonly headers?: Readonly<Record<string, string>>;
  readonly param?: string;
  /** Default false: a refusal is a decision, and clients are told not to retry it. */
  readonly retryable?: boolean;
  /** Why a provider refused, where that is known. */
  readonly refusedFor?: RefusedFor | undefined;
  readonly cause?: unknown;
}

/** An error that is written to the client in its own dialect. Throw one from a hook to refuse. */
export class GatewayError extends Error {
  readonly code: string;
  readonly status: number;
  readonly type: ErrorType;
  readonly retryable: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly param: string | undefined;
  /** Why a provider refused, where that is known: decides which other target may be asked. */
  readonly refusedFor: RefusedFor | undefined;

  constructor(refusal: Refusal) {
    super(refusal.message, refusal.cause === undefined ? undefined : { cause: refusal.cause });
    if (!Number.isInteger(refusal.status) || refusal.status < 400 || refusal.status > 599)
      throw new TypeError(`GatewayError.status: expected an integer from 400 to 599, received ${refusal.status}`);
    for (const [name, value] of Object.entries(refusal.headers ?? {}))
      if (!isHeaderName(name) || !isHeaderValue(value))
        throw new TypeError(`GatewayError.headers: expected names and values that HTTP allows, received others at ${JSON.stringify(name)}`);
    this.name = 'GatewayError';
    this.code = refusal.code;
    this.status = refusal.status;
    this.type = refusal.type ?? typeOfStatus(refusal.status);
    this.retryable = refusal.retryable ?? false;
    this.headers = refusal.headers ?? {};
    this.param = refusal.param;
    this.refusedFor = refusal.refusedFor;
  }
}

/** An error of the table. */
export function gatewayError(code: GatewayErrorCode, options: GatewayErrorOptions = {}): GatewayError {
  const { status, type, retryable, message } = errorTable[code] as ErrorRow;
  return new GatewayError({
    code,
    status,
    type,
    retryable,
    message: message(options.details ?? {}),
    ...(options.headers && { headers: options.headers }),
    ...(options.param !== undefined && { param: options.param }),
    ...(options.refusedFor !== undefined && { refusedFor: options.refusedFor }),
    ...(options.cause !== undefined && { cause: options.cause }),
  });
}

function typeOfStatus(status: number): ErrorType {
  if (status === 401) return 'authentication';
  if (status === 402) return 'budget';
  if (status === 403) return 'permission';
  if (status === 404) return 'not_found';
  if (status === 408 || status === 504) return 'timeout';
  if (status === 429) return 'rate_limit';
  if (status === 503) return 'unavailable';
  return status < 500 ? 'invalid_request' : 'internal';
}

/** Thrown while a gateway is configured: names the place, the value received and what is expected. */
export class GatewayConfigError extends Error {
  readonly code = 'GW_CONFIG';
  readonly problems: readonly ConfigProblem[];

  constructor(what: string, problems: readonly ConfigProblem[]) {
    super(`${what}\n${problems.map((p) => `  ${p.path}: expected ${p.expected}, received ${p.received}`).join('\n')}`);
    this.name = 'GatewayConfigError';
    this.problems = problems;
  }
}

export interface ConfigProblem {
  /** Where, e.g. `plugins[1].options.level`. */
  readonly path: string;
  readonly expected: string;
  readonly received: string;
}
