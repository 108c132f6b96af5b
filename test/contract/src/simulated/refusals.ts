/** A refusal; each format has its own shape for it. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** OpenAI's words for the kind. */
  readonly type: string;
  readonly code: string | null;

  constructor(status: number, type: string, code: string | null, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
    this.type = type;
    this.code = code;
  }
}

export function invalid(message: string): Refusal {
  return new Refusal(400, 'invalid_request_error', null, message);
}

/** The body as a JSON object. */
export function checkedJson(body: Buffer): Readonly<Record<string, unknown>> {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    throw invalid('We could not parse the JSON body of your request.');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw invalid('The body must be a JSON object.');
  return json as Readonly<Record<string, unknown>>;
}

/** The model, or the refusal of one that is not offered. */
export function offeredModel(model: unknown, offered: readonly string[] | undefined): string {
  if (typeof model !== 'string' || model === '') throw invalid('you must provide a model parameter');
  if (offered !== undefined && !offered.includes(model))
    throw new Refusal(
      404,
      'invalid_request_error',
      'model_not_found',
      `The model \`${model}\` does not exist or you do not have access to it.`,
    );
  return model;
}

/** The body as JSON with a model, or the refusal that OpenAI would give. */
export function checkedBody(body: Buffer, offered: readonly string[] | undefined): Readonly<Record<string, unknown>> & { model: string } {
  const json = checkedJson(body);
  return { ...json, model: offeredModel(json.model, offered) };
}

export function checkedMessages(body: Readonly<Record<string, unknown>>): void {
  const { messages } = body;
  if (!Array.isArray(messages) || messages.length === 0) throw invalid("Missing required parameter: 'messages'.");
  for (const message of messages)
    if (typeof message !== 'object' || message === null || typeof message.role !== 'string')
      throw invalid("Invalid value for 'messages': every message needs a role.");
}

export function checkedInput(body: Readonly<Record<string, unknown>>): void {
  const { input } = body;
  if (typeof input !== 'string' && !(Array.isArray(input) && input.length > 0)) throw invalid("Missing required parameter: 'input'.");
}

/** Models whose name says how they fail: `fail-429` answers 429, and so on. The words hold secrets that must not travel. */
export function failureOf(model: string): Refusal | undefined {
  switch (model) {
    case 'fail-400':
      return new Refusal(
        400,
        'invalid_request_error',
        'context_length_exceeded',
        'Too long for org-SimulatedOrg123 with key sk-simulated-secret-0123456789 at https://internal.simulated.example/v1: shorten it.',
      );
    case 'fail-401':
      return new Refusal(401, 'invalid_request_error', 'invalid_api_key', 'Incorrect API key provided: sk-simulated-secret-0123456789.');
    case 'fail-404':
      return new Refusal(404, 'invalid_request_error', 'model_not_found', 'The model `fail-404` does not exist.');
    case 'fail-429':
      return new Refusal(429, 'requests', 'rate_limit_exceeded', 'Rate limit reached for org-SimulatedOrg123.', { 'retry-after': '2' });
    case 'fail-500':
      return new Refusal(500, 'server_error', null, 'The server had an error at host internal.simulated.example.');
    case 'fail-503':
      return new Refusal(503, 'server_error', 'overloaded', 'Overloaded.');
    default:
      return undefined;
  }
}
