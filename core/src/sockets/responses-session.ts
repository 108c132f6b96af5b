import { randomUUID } from 'node:crypto';
import type { CallDialect } from '../dialects/dialect.ts';
import { openaiError } from '../dialects/openai-errors.ts';
import { type GatewayError, gatewayError } from '../errors.ts';
import { Exchange, type ExchangeParts } from '../exchange.ts';
import type { Outbound } from '../inbound.ts';
import { JsonDocument } from '../json/document.ts';
import { isJsonObject, type JsonObject } from '../model/json.ts';
import { EventOutbound } from './event-outbound.ts';
import { FrameInbound, type OpenedBy } from './frame-inbound.ts';
import { MessageQueue } from './message-queue.ts';
import { closeCodes, type MessageSocket, type SocketListener } from './message-socket.ts';
import { Refusals } from './refusals.ts';
import type { ResponsesLane } from './responses-lane.ts';
import type { Session } from './session.ts';

export interface ResponsesSessionOptions {
  readonly parts: ExchangeParts;
  readonly dialect: CallDialect;
  readonly by: OpenedBy;
  readonly lane: ResponsesLane;
  readonly maxEventBytes: number;
  /** Messages that wait their turn. */
  readonly maxQueued: number;
  /** Characters of them. */
  readonly maxQueuedLength: number;
  /** Runs an exchange; resolves when it is over. */
  readonly run: (exchange: Exchange, outbound: Outbound) => Promise<void>;
  readonly onOver: () => void;
}

/**
 * Responses by WebSocket: each `response.create` of a client's is an exchange like that of a `POST /v1/responses`, with every
 * hook, target and fallback; what would be events of its stream are messages. One at a time, in the order they came.
 */
export class ResponsesSession implements Session, SocketListener {
  readonly #client: MessageSocket;
  readonly #options: ResponsesSessionOptions;
  readonly #waiting: MessageQueue;
  /** Tells the client of what is no exchange. */
  readonly #refusals: Refusals;
  #exchange: Exchange | undefined = undefined;
  #outbound: EventOutbound | undefined = undefined;
  #closing = false;
  #over = false;

  constructor(client: MessageSocket, options: ResponsesSessionOptions) {
    this.#client = client;
    this.#options = options;
    this.#waiting = new MessageQueue(options.maxQueued, options.maxQueuedLength);
    this.#refusals = new Refusals(client, options.maxQueued);
    client.listen(this);
  }

  text(text: string): void {
    if (this.#closing) return;
    if (this.#waiting.push(text)) this.#next();
    else this.#client.close(closeCodes.policy, 'too many messages wait for their turn');
  }

  binary(): void {
    this.#client.close(closeCodes.unsupported, 'expected text messages');
  }

  drained(): void {
    this.#refusals.taken();
    this.#outbound?.drained();
  }

  closed(): void {
    if (this.#over) return;
    this.#over = true;
    this.#closing = true;
    this.#waiting.clear();
    this.#exchange?.abort(gatewayError('GW_CLIENT_CLOSED'));
    this.#outbound?.gone();
    this.#options.lane.close();
    this.#options.onOver();
  }

  close(): void {
    this.#closing = true;
    this.#waiting.clear();
    if (this.#exchange === undefined) this.#client.close(closeCodes.goingAway, 'the gateway is shutting down');
  }

  cut(): void {
    this.#client.terminate();
  }

  #next(): void {
    if (this.#exchange !== undefined || this.#over) return;
    const text = this.#waiting.shift();
    if (text !== undefined) this.#take(text);
    else if (this.#closing) this.#client.close(closeCodes.goingAway, 'the gateway is shutting down');
  }

  #take(text: string): void {
    const event = eventOf(text);
    // What cannot be read at all is refused by the exchange, in the words of every bad body.
    if (event?.value.type === 'response.create' || event === undefined) void this.#create(event, text);
    else {
      this.#refusals.tell(event.value.type === 'response.steer' ? steerRefused(event.value) : errorMessage(unknownEvent(event.value.type)));
      this.#next();
    }
  }

  async #create(event: ReadEvent | undefined, text: string): Promise<void> {
    const { parts, dialect, by, lane, maxEventBytes, run } = this.#options;
    const body = Buffer.from(event === undefined ? text : bodyOf(event.document));
    const stamp = laneStamp(event?.value.stream_id);
    const exchange = new Exchange(parts, new FrameInbound('POST', by, body), dialect);
    exchange.carrier = lane;
    const outbound = new EventOutbound({
      socket: this.#client,
      maxEventBytes,
      message: stamp,
      whole: (status, error) => stamp(wholeError(status, error)),
    });
    this.#exchange = exchange;
    this.#outbound = outbound;
    await run(exchange, outbound);
    this.#exchange = undefined;
    this.#outbound = undefined;
    this.#next();
  }
}

interface ReadEvent {
  readonly document: JsonDocument;
  readonly value: JsonObject;
}

/** An event that can be read and says what it is; a key that comes twice would make it two. */
function eventOf(text: string): ReadEvent | undefined {
  try {
    const document = new JsonDocument(text, { depth: 512 });
    return isJsonObject(document.value) ? { document, value: document.value } : undefined;
  } catch {
    return undefined;
  }
}

/** The body of the request that asks for the same. */
function bodyOf(document: JsonDocument): string {
  for (const name of ['type', 'stream_id', 'stream']) if (document.has([name])) document.removeKey([name]);
  document.insertKey([], 'stream', 'true');
  return document.toText();
}

/** A client that tells its requests apart by `stream_id` finds it in every event of their answers (openai 7.57). */
function laneStamp(id: unknown): (json: string) => string {
  if (typeof id !== 'string') return (json) => json;
  const stamp = JSON.stringify(id);
  return (json) => {
    if (json.includes('"stream_id"')) return json;
    const document = JsonDocument.lenient(json);
    document.insertKey([], 'stream_id', stamp);
    return document.toText();
  };
}

/** What would be an answer's status and body, as `ResponseWsError` of openai 7.57. A plugin's own body may be anything. */
function wholeError(status: number, body: string): string {
  const members = parsed(body) ?? parsed(openaiError(gatewayError('GW_INTERNAL'), randomUUID()));
  return JSON.stringify({ ...members, type: 'error', status });
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function errorMessage(error: GatewayError): string {
  return wholeError(error.status, openaiError(error, randomUUID()));
}

function unknownEvent(type: unknown): GatewayError {
  return gatewayError('GW_BAD_REQUEST', {
    details: { field: 'type', expected: '"response.create"', received: typeof type === 'string' ? 'another event' : 'none' },
    param: 'type',
  });
}

/** Steering adds text to an answer under way, past every plugin that would have read it. */
function steerRefused({ previous_response_id: id = null, input = null }: JsonObject): string {
  const message = 'The gateway does not steer answers under way. Wait for the answer, then send response.create with this input.';
  return JSON.stringify({
    type: 'response.steer.failed',
    sequence_number: 0,
    error: { code: 'steering_not_supported', message },
    steer: { previous_response_id: id, input },
  });
}
