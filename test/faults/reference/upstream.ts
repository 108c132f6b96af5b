// One attempt at one target, as a stream of chunks; and what its failures mean.

/** A chunk, as far as it is read. */
export interface Chunk {
  id?: string;
  model?: string;
  choices?: { delta?: { content?: string | null }; finish_reason?: string | null }[];
  usage?: object | null;
}

/** What may be done about a failure. */
export type FailureKind = 'transient' | 'silent' | 'broken' | 'too long' | 'refused';

export class Failure extends Error {
  readonly kind: FailureKind;
  readonly status: number;
  /** The provider's answer, which may be shown for `refused` alone. */
  readonly body: string;
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: FailureKind,
    { status = 502, body = '', retryAfterMs }: { status?: number; body?: string; retryAfterMs?: number } = {},
  ) {
    super(kind);
    this.kind = kind;
    this.status = status;
    this.body = body;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Fires once nothing was reported for so long. */
export class Watch {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number) {
    this.#timer = setTimeout(() => this.#controller.abort(), ms);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get fired(): boolean {
    return this.signal.aborted;
  }

  heard(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#controller.abort(); // what is left of the attempt goes with it
  }
}

export async function send(wallUrl: string, body: object, signal: AbortSignal): Promise<Response> {
  const response = await fetch(`${wallUrl}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
  if (response.status === 200) return response;
  throw refusal(response.status, await response.text(), response.headers);
}

function refusal(status: number, body: string, headers: Headers): Failure {
  if (status === 429 || status >= 500) {
    const seconds = headers.get('retry-after');
    return new Failure('transient', { status, ...(seconds !== null && { retryAfterMs: Number(seconds) * 1000 }) });
  }
  return new Failure(body.includes('"context_length_exceeded"') ? 'too long' : 'refused', { status, body });
}

/** Chunks up to the end of the answer; an event that is no JSON is skipped. Throws `broken` when the end is missing. */
export async function* chunks(response: Response, endsAtUsage: boolean): AsyncGenerator<Chunk> {
  let finished = false;
  for await (const data of eventData(response)) {
    if (data === '[DONE]') return;
    const chunk = parsed(data);
    if (chunk === undefined) continue;
    yield chunk;
    finished ||= typeof chunk.choices?.[0]?.finish_reason === 'string';
    if (finished && endsAtUsage && chunk.usage) return; // nothing can follow, whether the end mark comes or not
  }
  if (!finished) throw new Failure('broken');
}

async function* eventData(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let held = '';
  for await (const bytes of response.body ?? []) {
    const lines = (held + decoder.decode(bytes, { stream: true })).split('\n');
    held = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data: ')) yield line.slice(6);
  }
}

function parsed(data: string): Chunk | undefined {
  try {
    return JSON.parse(data) as Chunk;
  } catch {
    return undefined;
  }
}
