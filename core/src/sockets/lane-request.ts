import { eventType, isEnd } from '../dialects/openai-responses/event-type.ts';
import type { RefusedDial } from '../http/socket-engine.ts';
import { JsonDocument } from '../json/document.ts';
import { isJsonObject, type JsonValue } from '../model/json.ts';
import type { UpstreamConnection, UpstreamListener } from '../upstream/transport.ts';
import { closeCodes, type MessageSocket, type SocketListener } from './message-socket.ts';

export interface LaneRequestEvents {
  /** Its answer is whole, or an error; the answer's id. */
  ended(id: string | undefined): void;
  /** The socket can take no further request. */
  lost(socket: MessageSocket): void;
}

/** What may be the last message; only then it is parsed. Within a text a quote has a backslash before it. */
const ending = /"response\.(?:completed|incomplete|failed)"|"error"/;

/**
 * A Responses request that goes out as a message on a WebSocket. To its listener it looks like any other: a head, events, an
 * end; an error that comes instead of an answer looks like a status. There is no message that takes a request back:
 * giving it up closes the socket.
 */
export class LaneRequest implements UpstreamConnection, SocketListener {
  readonly #body: Buffer | string;
  readonly #listener: UpstreamListener;
  readonly #events: LaneRequestEvents;
  readonly #dialling = new AbortController();
  #socket: MessageSocket | undefined = undefined;
  /** Sent as a request of its own after all. */
  #instead: UpstreamConnection | undefined = undefined;
  #headed = false;
  #paused = false;
  #over = false;

  constructor(body: Buffer | string, listener: UpstreamListener, events: LaneRequestEvents) {
    this.#body = body;
    this.#listener = listener;
    this.#events = events;
  }

  /** Whether nobody waits for it any more. */
  get over(): boolean {
    return this.#over;
  }

  /** Aborts when nobody waits for the connection any more. */
  get dialling(): AbortSignal {
    return this.#dialling.signal;
  }

  sendOn(socket: MessageSocket): void {
    if (this.#over) return; // it waits for the next request
    this.#socket = socket;
    socket.listen(this);
    if (this.#paused) socket.pause();
    this.#listener.sent();
    socket.send(asMessage(String(this.#body)));
  }

  passOn(open: (listener: UpstreamListener) => UpstreamConnection): void {
    if (this.#over) return;
    this.#instead = open(this.#listener);
    if (this.#paused) this.#instead.pause();
  }

  /** The upgrade itself was refused: the same as if the request were. */
  refused({ status, headers, body }: RefusedDial): void {
    if (this.#over) return;
    this.#over = true;
    this.#listener.head(status, headers);
    this.#listener.data(body);
    this.#listener.end();
  }

  failed(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#listener.fail(error);
  }

  text(text: string): void {
    if (this.#over) return; // between two requests nobody asked for anything
    const telling = !this.#headed || ending.test(text);
    const event = telling ? parsed(text) : undefined;
    const type = eventType(event);
    if (!this.#headed) {
      this.#headed = true;
      if (type === 'error') {
        this.#refuse(event);
        return;
      }
      this.#listener.head(200, { 'content-type': 'text/event-stream' });
    }
    this.#listener.data(Buffer.from(`data: ${text.replaceAll(/\r\n|[\r\n]/g, '\ndata: ')}\n\n`));
    if (isEnd(type)) this.#end(event);
  }

  binary(): void {
    this.#lose(new Error('a binary message'));
  }

  drained(): void {}

  closed(): void {
    if (this.#socket !== undefined) this.#events.lost(this.#socket);
    this.failed(new Error('the connection was closed'));
  }

  abort(): void {
    if (this.#over) return;
    this.#over = true;
    this.#dialling.abort();
    this.#instead?.abort();
    if (this.#socket === undefined) return;
    this.#events.lost(this.#socket);
    this.#socket.close(closeCodes.normal, '');
  }

  pause(): void {
    this.#paused = true;
    if (this.#over) return;
    this.#instead?.pause();
    this.#socket?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#instead?.resume();
    this.#socket?.resume();
  }

  #end(event: JsonValue | undefined): void {
    this.#over = true;
    const response = isJsonObject(event) && isJsonObject(event.response) ? event.response : {};
    this.#events.ended(typeof response.id === 'string' ? response.id : undefined);
    this.#listener.end();
  }

  /** `{"type":"error","status":400,"error":{…}}`: what would have been an answer's status and body. */
  #refuse(event: JsonValue | undefined): void {
    this.#over = true;
    this.#events.ended(undefined);
    const { status, error } = isJsonObject(event) ? event : {};
    const known = typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599;
    this.#listener.head(known ? status : 500, { 'content-type': 'application/json' });
    this.#listener.data(Buffer.from(JSON.stringify({ error: error ?? null })));
    this.#listener.end();
  }

  #lose(error: Error): void {
    if (this.#socket !== undefined) {
      this.#events.lost(this.#socket);
      this.#socket.terminate();
    }
    this.failed(error);
  }
}

/** A request's body as the message that asks for the same. By WebSocket every answer streams, and the field is not sent (openai 7.57). */
function asMessage(body: string): string {
  const document = JsonDocument.lenient(body);
  if (document.has(['stream'])) document.removeKey(['stream']);
  document.insertKey([], 'type', '"response.create"');
  return document.toText();
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
