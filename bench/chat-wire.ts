// What clients send and the mock upstream answers: OpenAI chat, of the sizes that the scenarios name.

/** The client's request; the upstream reads from `user` (Anthropic's: `user_id`) how it is to stream. */
export interface ChatShape {
  /** Bytes of the request body, roughly. */
  readonly bytes: number;
  readonly stream?: StreamShape;
}

export interface StreamShape {
  /** Events of the stream, `[DONE]` included. */
  readonly events: number;
  /** Milliseconds between events; 0: all at once. */
  readonly gapMs: number;
}

const words = 'The quarterly report shows that costs of the support team went down while its answers became faster. ';

/** A chat request of about `bytes` bytes, in turns of at most 2 KB. */
export function chatRequest({ bytes, stream }: ChatShape): string {
  const turns = Math.max(1, Math.round(bytes / 2_000));
  const text = words.repeat(Math.ceil(bytes / words.length)).slice(0, Math.max(20, Math.floor(bytes / turns) - 40));
  const messages = Array.from({ length: turns }, (_, turn) => ({ role: turn % 2 === 0 ? 'user' : 'assistant', content: text }));
  const user = stream === undefined ? 'whole' : `events=${stream.events} gap=${stream.gapMs}`;
  return JSON.stringify({ model: 'chat', user, ...(stream && { stream: true }), temperature: 0.2, max_tokens: 500, messages });
}

/** What an upstream reads in a request; nothing but text searches, for its CPU is the load generator's too. */
export function readRequest(body: string): { readonly stream: StreamShape | undefined; readonly withUsage: boolean } {
  const found = /"user(?:_id)?":\s?"events=(\d+) gap=(\d+)"/.exec(body);
  return {
    stream: found === null ? undefined : { events: Number(found[1]), gapMs: Number(found[2]) },
    withUsage: /"include_usage":\s?true/.test(body),
  };
}

/** In every answer: what a client looks for. */
export const answerText = words.repeat(6).trim();

const head = {
  id: 'chatcmpl-bench0123456789abcdefghij',
  created: 1_760_000_000,
  model: 'gpt-bench-2025-08-07',
  system_fingerprint: 'fp_bench',
};
const usage = {
  prompt_tokens: 211,
  completion_tokens: 120,
  total_tokens: 331,
  prompt_tokens_details: { cached_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0 },
};

/** A whole answer of about 1 KB. */
export const wholeAnswer: Buffer = Buffer.from(
  JSON.stringify({
    ...head,
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: answerText, refusal: null }, logprobs: null, finish_reason: 'stop' }],
    usage,
  }),
);

/** The text of the `index`-th piece of a stream. */
export function pieceText(index: number): string {
  return ` token${index % 10}`;
}

/** A stream of so many events of about 240 bytes: role, texts, finish, `[DONE]`; usage as OpenAI reports it when asked. */
export function streamFrames(events: number, withUsage: boolean): Buffer[] {
  const frames = [chunkFrame({ role: 'assistant', content: '', refusal: null }, null, withUsage)];
  while (frames.length < events - 2) frames.push(chunkFrame({ content: pieceText(frames.length) }, null, withUsage));
  frames.push(chunkFrame({}, 'stop', withUsage));
  if (withUsage) frames.push(frameOf({ ...head, object: 'chat.completion.chunk', choices: [], usage }));
  frames.push(Buffer.from('data: [DONE]\n\n'));
  return frames;
}

function chunkFrame(delta: object, finish: string | null, withUsage: boolean): Buffer {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
  return frameOf({ ...head, object: 'chat.completion.chunk', choices, ...(withUsage && { usage: null }) });
}

function frameOf(chunk: object): Buffer {
  return Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`);
}
