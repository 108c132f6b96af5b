import { randomUUID } from 'node:crypto';
import type { Dialect } from '../dialects/dialect.ts';
import { eventIdOf, realtimeClientEvents, realtimeErrorEvent, sessionModel } from '../dialects/openai-realtime/openai-realtime.ts';
import { type GatewayError, gatewayError } from '../errors.ts';
import type { Exchange, ExchangeParts } from '../exchange.ts';
import type { Outbound } from '../inbound.ts';
import { JsonDocument } from '../json/document.ts';
import { isJsonObject, type JsonObject } from '../model/json.ts';
import type { Target } from '../model/target.ts';
import { setValue } from '../parsed-call.ts';
import type { OpenedBy } from './frame-inbound.ts';
import { MessageQueue } from './message-queue.ts';
import { closeCodes, type MessageSocket } from './message-socket.ts';
import { RealtimeTurn } from './realtime-turn.ts';
import { Refusals } from './refusals.ts';
import type { Session } from './session.ts';

export interface RealtimeSessionOptions {
  readonly parts: ExchangeParts;
  readonly dialect: Dialect;
  readonly by: OpenedBy;
  readonly target: Target;
  /** As the client named it. */
  readonly model: string;
  readonly totalMs: number;
  /** Messages that wait while hooks are asked, and answers that are asked for at once. */
  readonly maxQueued: number;
  /** Characters of one client's that wait. */
  readonly maxQueuedLength: number;
  /** Runs an exchange; resolves when it is over. */
  readonly run: (exchange: Exchange, outbound: Outbound) => Promise<void>;
  readonly onOver: () => void;
}

/**
 * A Realtime session: two WebSockets, and between them everything in its order. What a client says is read as far as it
 * decides something: only known events pass, the model stays what was asked for, and each answer is an exchange of its own
 * (see `RealtimeTurn`), also those that the server begins by itself. When either side ends, both do.
 */
export class RealtimeSession implements Session {
  readonly #client: MessageSocket;
  readonly #upstream: MessageSocket;
  readonly #options: RealtimeSessionOptions;
  /** Asked for by the client and sent on; the server has not begun them. */
  readonly #asked: RealtimeTurn[] = [];
  readonly #begun = new Map<string, RealtimeTurn>();
  readonly #turns = new Set<RealtimeTurn>();
  /** What came while hooks decide over an answer: it must not overtake what asked for it. */
  readonly #held: MessageQueue;
  readonly #refusals: Refusals;
  /** The answer over which they decide. */
  #deciding: RealtimeTurn | undefined = undefined;
  #closing = false;
  #over = false;

  constructor(client: MessageSocket, upstream: MessageSocket, options: RealtimeSessionOptions) {
    this.#client = client;
    this.#upstream = upstream;
    this.#options = options;
    this.#held = new MessageQueue(options.maxQueued, options.maxQueuedLength);
    this.#refusals = new Refusals(client, options.maxQueued);
    client.listen({
      text: (text) => this.#fromClient(text),
      binary: () => this.#client.close(closeCodes.unsupported, 'expected text messages'),
      drained: () => {
        this.#refusals.taken();
        this.#upstream.resume();
      },
      closed: () => this.#end(gatewayError('GW_CLIENT_CLOSED')),
    });
    upstream.listen({
      text: (text) => this.#fromUpstream(text),
      binary: () => this.#end(gatewayError('GW_UPSTREAM_BAD_RESPONSE', { details: { what: 'a binary message' } })),
      drained: () => this.#client.resume(),
      closed: () => this.#end(gatewayError('GW_UPSTREAM_TRUNCATED')),
    });
  }

  close(): void {
    this.#closing = true;
    if (this.#turns.size === 0) this.#client.close(closeCodes.goingAway, 'the gateway is shutting down');
  }

  cut(): void {
    this.#client.terminate();
    this.#end(gatewayError('GW_CLOSING'));
  }

  #fromClient(text: string): void {
    if (this.#over) return;
    if (this.#deciding === undefined) this.#take(text);
    else if (!this.#held.push(text)) this.#client.close(closeCodes.policy, 'too many messages wait for their turn');
  }

  #take(text: string): void {
    const event = eventOf(text);
    const problem = this.#problem(event);
    if (event === undefined || problem !== undefined) {
      const error = problem ?? gatewayError('GW_BAD_JSON', { details: { reason: 'expected an object whose keys come once' } });
      this.#refusals.tell(realtimeErrorEvent(error, randomUUID(), event && eventIdOf(event.value)));
    } else if (event.value.type !== 'response.create') this.#send(this.#own(event));
    else if (this.#turns.size < this.#options.maxQueued) this.#ask(event);
    else this.#client.close(closeCodes.policy, 'too many answers are asked for at once');
  }

  #problem(event: ReadEvent | undefined): GatewayError | undefined {
    if (event === undefined) return undefined;
    const { type } = event.value;
    if (!realtimeClientEvents.has(type))
      return badField('type', 'a client event of Realtime', typeof type === 'string' ? 'another' : 'none');
    if (type === 'response.create' && this.#closing) return gatewayError('GW_CLOSING');
    const { model, target } = this.#options;
    const asked = type === 'session.update' ? sessionModel(event.value) : undefined;
    if (asked === undefined || asked === model || asked === target.model) return undefined;
    return badField('session.model', 'the model that the connection was opened with', 'another');
  }

  /** The event with the provider's name of the model. */
  #own({ value, document }: ReadEvent): string {
    if (value.type === 'session.update' && sessionModel(value) !== undefined)
      document.replaceString(['session', 'model'], this.#options.target.model);
    return document.toText();
  }

  /** An answer that the client asks for: the hooks first, meanwhile everything waits. */
  #ask({ value, document }: ReadEvent): void {
    const given = eventIdOf(value);
    const eventId = given ?? `${ownEventIds}${randomUUID()}`; // an error must say which answer it refuses
    if (given === undefined) setValue(document, ['event_id'], eventId);
    const text = document.toText();
    const turn = this.#turn(text.length, eventId, () => {
      this.#asked.push(turn);
      this.#send(text);
      this.#decided();
    });
    this.#deciding = turn;
    this.#run(turn);
  }

  /** An answer that the server began by itself. Refused, it is taken back at once. */
  #heard(responseId: string): void {
    const turn = this.#turn(0, undefined, () => {});
    this.#begun.set(responseId, turn);
    turn.begun(responseId);
    this.#run(turn);
  }

  #turn(bytes: number, eventId: string | undefined, onAllowed: () => void): RealtimeTurn {
    const { parts, dialect, by, target, model, totalMs } = this.#options;
    const turn: RealtimeTurn = new RealtimeTurn({
      ...{ parts, dialect, by, target, model, totalMs, bytes, eventId, onAllowed },
      onGivenUp: () => this.#takeBack(turn),
      tell: (event) => this.#refusals.tell(event),
    });
    this.#turns.add(turn);
    return turn;
  }

  #run(turn: RealtimeTurn): void {
    void this.#options.run(turn.exchange, turn.outbound).finally(() => {
      turn.ended();
      this.#turns.delete(turn);
      if (turn.responseId !== undefined) this.#begun.delete(turn.responseId);
      if (this.#deciding === turn) this.#decided(); // it was refused
      if (this.#closing && this.#turns.size === 0) this.close();
    });
  }

  #decided(): void {
    this.#deciding = undefined;
    while (this.#deciding === undefined && this.#held.size > 0) this.#take(this.#held.shift() as string);
  }

  #takeBack({ responseId }: RealtimeTurn): void {
    if (responseId !== undefined) this.#send(JSON.stringify({ type: 'response.cancel', response_id: responseId }));
  }

  #fromUpstream(text: string): void {
    if (this.#over) return;
    const event = telling.test(text) ? parsed(text) : undefined;
    if (event !== undefined) this.#note(event);
    this.#tell(event?.type === 'error' ? withoutOwnId(text, event) : text);
  }

  /** What begins or ends an answer. */
  #note({ type, response, error }: JsonObject): void {
    if (type === 'error' && isJsonObject(error)) this.#refused(error.event_id);
    if (!isJsonObject(response) || typeof response.id !== 'string') return;
    if (type === 'response.created') this.#began(response.id);
    else if (type === 'response.done') this.#begun.get(response.id)?.done(response);
  }

  #began(responseId: string): void {
    const turn = this.#asked.shift();
    if (turn === undefined) {
      this.#heard(responseId);
      return;
    }
    this.#begun.set(responseId, turn);
    turn.begun(responseId);
    if (!this.#turns.has(turn)) this.#takeBack(turn); // its time was over before
  }

  #refused(eventId: unknown): void {
    const at = this.#asked.findIndex((turn) => turn.eventId === eventId);
    if (at !== -1) this.#asked.splice(at, 1)[0]?.refused();
  }

  /** To the client; the upstream waits for one that is slower. */
  #tell(text: string): void {
    if (!this.#client.send(text)) this.#upstream.pause();
  }

  #send(text: string): void {
    if (!this.#upstream.send(text)) this.#client.pause();
  }

  /** Either side is gone. */
  #end(error: GatewayError): void {
    if (this.#over) return;
    this.#over = true;
    this.#held.clear();
    const left = error.code === 'GW_CLIENT_CLOSED';
    for (const turn of [...this.#turns]) {
      if (left) turn.exchange.abort(error);
      else turn.outbound.mute();
      turn.failed(error);
      if (left) turn.outbound.cut(); // there is nobody left to take an answer
    }
    this.#upstream.close(closeCodes.normal, '');
    this.#client.close(left ? closeCodes.normal : closeCodes.failed, left ? '' : 'the model provider ended the session');
    this.#options.onOver();
  }
}

/** What may begin or end an answer, or refuse one; only then it is parsed. Within a text a quote has a backslash before it. */
const telling = /"response\.(?:created|done)"|"error"/;

/** Ids of events whose client gave them none. */
const ownEventIds = 'gateway_';

/** An error about an event to which its client gave no id says so. */
function withoutOwnId(text: string, { error }: JsonObject): string {
  if (!isJsonObject(error) || typeof error.event_id !== 'string' || !error.event_id.startsWith(ownEventIds)) return text;
  const document = JsonDocument.lenient(text);
  document.replaceValue(['error', 'event_id'], 'null');
  return document.toText();
}

interface ReadEvent {
  readonly document: JsonDocument;
  readonly value: JsonObject;
}

/** An event that can be read in one way only. */
function eventOf(text: string): ReadEvent | undefined {
  try {
    const document = new JsonDocument(text, { depth: 64 });
    return isJsonObject(document.value) ? { document, value: document.value } : undefined;
  } catch {
    return undefined;
  }
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function badField(field: string, expected: string, received: string): GatewayError {
  return gatewayError('GW_BAD_REQUEST', { details: { field, expected, received }, param: field });
}
