import type { ServerResponse } from 'node:http';
import { answerText, answerTokens, errorBody, streamEvents, tokensOf, wholeAnswer } from './answer.ts';
import { type Attempt, now } from './case-log.ts';
import { type Answer, type Plan, type Refuse, tokenMs } from './plans.ts';

/** What is read of a request. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly { readonly role?: unknown; readonly content?: unknown }[];
  readonly stream?: unknown;
  readonly stream_options?: { readonly include_usage?: unknown } | null;
}

export interface ExecutionOptions {
  readonly res: ServerResponse;
  readonly attempt: Attempt;
  /** All times of a plan are divided by it. */
  readonly factor: number;
  /** Hears of every write. */
  readonly wrote: (bytes: number) => void;
}

/** One attempt while its plan is carried out. */
export class Execution {
  readonly #res: ServerResponse;
  readonly #attempt: Attempt;
  readonly #factor: number;
  readonly #wrote: (bytes: number) => void;

  constructor({ res, attempt, factor, wrote }: ExecutionOptions) {
    this.#res = res;
    this.#attempt = attempt;
    this.#factor = factor;
    this.#wrote = wrote;
  }

  async carryOut(plan: Plan, request: ChatRequest): Promise<void> {
    switch (plan.kind) {
      case 'refuse':
        return this.#refuse(plan);
      case 'reset':
        return this.#break(() => this.#res.socket?.resetAndDestroy());
      case 'silent':
        return;
      case 'answer':
        return request.stream === true ? this.#stream(plan, request) : this.#whole(plan, request);
    }
  }

  #refuse({ status, error, retryAfterMs }: Refuse): void {
    const body = errorBody(error);
    this.#head(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...this.#retryAfter(retryAfterMs),
    });
    this.#res.end(body);
  }

  /** Fractions of seconds are not everybody's: where times are divided, the header that counts milliseconds says it too. */
  #retryAfter(ms: number | undefined): Record<string, string> {
    if (ms === undefined) return {};
    const scaled = ms / this.#factor;
    return { 'retry-after': String(scaled / 1000), ...(this.#factor !== 1 && { 'retry-after-ms': String(scaled) }) };
  }

  async #whole({ firstTokenMs = 0, cut }: Answer, request: ChatRequest): Promise<void> {
    const tokens = tokensFor(request);
    const text = JSON.stringify(wholeAnswer({ base: this.#attempt.base, serial: this.#attempt.serial }, tokens));
    this.#head(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    await this.#pause(firstTokenMs + tokens.length * tokenMs);
    this.#attempt.tokens = tokens.length;
    if (cut === undefined) this.#write(text, () => this.#res.end());
    else this.#write(text.slice(0, text.length / 2), () => this.#break(() => this.#res.destroy()));
  }

  async #stream({ firstTokenMs = 0, cut, badEvent, noDone }: Answer, request: ChatRequest): Promise<void> {
    const tokens = tokensFor(request);
    const withUsage = request.stream_options?.include_usage === true;
    this.#head(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
    await this.#pause(firstTokenMs);
    const start = now();
    let number = 0;
    for (const event of streamEvents({ base: this.#attempt.base, serial: this.#attempt.serial }, tokens, withUsage)) {
      number += 1;
      if (number === badEvent) this.#write('data: {"id":"chatcmpl-0","object":"chat.completion.chunk","choices":[{"index":0,"del\n\n');
      const token = number - 2; // the first event is the role
      if (token === cut?.afterTokens) return this.#cut(event, cut.silentMs);
      if (token >= 0 && token < tokens.length) {
        await this.#until(start + (token * tokenMs) / this.#factor);
        if (!this.#res.destroyed) this.#attempt.tokens += 1;
      }
      this.#write(`data: ${event}\n\n`);
      if (this.#res.destroyed) return;
    }
    if (noDone === undefined) this.#write('data: [DONE]\n\n');
    else await this.#pause(noDone.heldMs);
    this.#res.end();
  }

  /** Within a chunk of the transfer encoding, and within an event. */
  async #cut(event: string, silentMs: number): Promise<void> {
    await this.#pause(silentMs);
    const { socket } = this.#res;
    if (socket === null || socket.destroyed) return;
    const frame = `data: ${event}\n\n`;
    this.#wrote(60);
    socket.write(`${Buffer.byteLength(frame).toString(16)}\r\n${frame.slice(0, 60)}`, () => this.#break(() => socket.destroy()));
  }

  #break(how: () => void): void {
    if (!this.#res.destroyed) this.#attempt.end = 'broken';
    how();
  }

  #head(status: number, headers: Record<string, string | number>): void {
    this.#attempt.status = status;
    this.#attempt.headAt = now();
    this.#res.writeHead(status, headers);
    this.#res.flushHeaders();
  }

  #write(text: string, then?: () => void): void {
    if (this.#res.destroyed) return;
    this.#wrote(Buffer.byteLength(text));
    this.#res.write(text, then);
  }

  #pause(ms: number): Promise<void> | undefined {
    return this.#until(now() + ms / this.#factor);
  }

  /** Waits, but not for one who has left. */
  #until(moment: number): Promise<void> | undefined {
    const ms = moment - now();
    if (ms < 0.5 || this.#res.destroyed) return undefined;
    return new Promise((resolve) => {
      const over = (): void => {
        clearTimeout(timer);
        this.#res.off('close', over);
        resolve();
      };
      const timer = setTimeout(over, ms);
      this.#res.once('close', over);
    });
  }
}

/** What is left of the answer behind a prefill that it begins with; all of it behind any other. */
function tokensFor({ messages }: ChatRequest): readonly string[] {
  const last = messages.at(-1);
  const prefill = last?.role === 'assistant' && typeof last.content === 'string' ? last.content : '';
  return prefill !== '' && answerText.startsWith(prefill) ? tokensOf(answerText.slice(prefill.length)) : answerTokens;
}
