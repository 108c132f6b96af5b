import type { ServerResponse } from 'node:http';
import { type Chunk, Failure } from './upstream.ts';

/** What the client has got of its stream, and how the next attempt's stream is joined to it. */
export class Outlet {
  /** The text that was delivered. */
  text = '';
  readonly #res: ServerResponse;
  #first: Pick<Chunk, 'id' | 'model'> | undefined = undefined;
  /** Delivered text that this attempt is going to say again. */
  #again = '';

  constructor(res: ServerResponse, model?: string) {
    this.#res = res;
    if (model !== undefined) this.#first = { model };
  }

  /** The next attempt says the text again from its beginning, or goes on behind it. */
  join(from: 'start' | 'here'): void {
    this.#again = from === 'start' ? this.text : '';
  }

  take(chunk: Chunk): void {
    const content = chunk.choices?.[0]?.delta?.content ?? '';
    const repeated = this.#again.slice(0, content.length);
    if (!content.startsWith(repeated)) throw new Failure('broken');
    this.#again = this.#again.slice(repeated.length);
    const rest = content.slice(repeated.length);
    if (content !== '' && rest === '') return;
    if (this.text === '' && rest === '' && chunk.choices?.[0]?.finish_reason == null && !chunk.usage) return; // another target may still answer
    if (rest !== content && chunk.choices?.[0]?.delta) chunk.choices[0].delta.content = rest;
    this.text += rest;
    this.#first ??= { ...(chunk.id !== undefined && { id: chunk.id }), ...(chunk.model !== undefined && { model: chunk.model }) };
    this.#write(JSON.stringify({ ...chunk, ...this.#first }));
  }

  finish(): void {
    this.#write('[DONE]');
    this.#res.end();
  }

  /** Before the first text: an answer of its own. After it: an event, no end mark, and the connection breaks. */
  fail({ kind, status, body }: Failure): void {
    const message = kind === 'refused' && body !== '' ? body : '{"error":{"message":"No target answered.","type":"api_error","code":null}}';
    if (!this.#res.headersSent) this.#res.writeHead(status, { 'content-type': 'application/json' }).end(message);
    else this.#res.write(`data: ${message}\n\n`, () => this.#res.destroy());
  }

  #write(data: string): void {
    if (!this.#res.headersSent) this.#res.writeHead(200, { 'content-type': 'text/event-stream' });
    this.#res.write(`data: ${data}\n\n`);
  }
}
