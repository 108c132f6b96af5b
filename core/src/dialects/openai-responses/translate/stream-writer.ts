import type { NeutralEvent, NeutralOpaque, NeutralStop } from '../../../model/neutral.ts';
import type { Usage } from '../../../model/usage.ts';
import { AnswerCallIds } from '../../translate/call-id.ts';
import type { AnswerAbout, NeutralWriter } from '../../translation.ts';
import { callIdRules } from './call-id.ts';
import { writeCallOpaque, writeEncrypted } from './encrypted-content.ts';
import { Frames } from './frames.ts';
import { itemId } from './output-items.ts';
import { type ResponseFacts, responseObject } from './response-object.ts';
import { statusOf } from './stop.ts';
import { StreamedCall, type StreamedItem, StreamedMessage, StreamedReasoning } from './streamed-items.ts';

export function streamWriter(about: AnswerAbout): NeutralWriter {
  return new ResponsesWriter(about);
}

type ToolCallEvent = Extract<NeutralEvent, { kind: 'toolCall' }>;

/**
 * Writes a stream of Responses. Texts and reasoning are items that follow each other; calls stay open beside them, for their
 * arguments may interleave.
 */
class ResponsesWriter implements NeutralWriter {
  readonly #frames = new Frames();
  readonly #about: AnswerAbout;
  readonly #items: StreamedItem[] = [];
  readonly #calls = new Map<number, StreamedCall>();
  readonly #ids: AnswerCallIds;
  /** What the last event went into. */
  #current: StreamedMessage | StreamedReasoning | StreamedCall | undefined;
  #head: { readonly id: string; readonly model: string } | undefined;
  #usage: Usage | undefined;
  #stop: NeutralStop | undefined;

  constructor(about: AnswerAbout) {
    this.#about = about;
    this.#ids = new AnswerCallIds(callIdRules.prefix, about.id);
  }

  write(event: NeutralEvent): string {
    if (event.kind === 'usage') this.#usage = event.usage;
    else if (event.kind === 'stop') this.#stop = event.stop;
    else if (event.kind === 'start') return this.#start(event.id, event.model);
    else return this.#start('', '') + this.#content(event);
    return '';
  }

  end(): string {
    const { status, reason } = statusOf(this.#stop);
    let frames = this.#start('', '');
    for (const item of this.#items) frames += item.close(item === this.#current ? status : 'completed');
    const output = this.#items.map(({ value }) => value);
    return frames + this.#lifecycle(status, { status, reason, output, usage: this.#usage });
  }

  /** Once: clients take what comes before it for an error. */
  #start(id: string, model: string): string {
    if (this.#head !== undefined) return '';
    this.#head = { id, model };
    const facts = { status: 'in_progress', reason: undefined, output: [], usage: undefined } as const;
    return this.#lifecycle('created', facts) + this.#lifecycle('in_progress', facts);
  }

  #lifecycle(event: string, facts: Omit<ResponseFacts, 'id' | 'model'>): string {
    const head = this.#head ?? { id: '', model: '' };
    return this.#frames.frame(`response.${event}`, { response: responseObject({ ...head, ...facts }, this.#about) });
  }

  #content(event: Exclude<NeutralEvent, { kind: 'start' | 'usage' | 'stop' }>): string {
    switch (event.kind) {
      case 'text':
      case 'refusal':
        return this.#text(event.kind, event.text);
      case 'reasoning':
        return this.#reasoning(event.text);
      case 'reasoningOpaque':
        return this.#seal(event.opaque);
      case 'toolCall':
        return this.#call(event);
      case 'arguments':
        return this.#arguments(event.call, event.piece);
      case 'partEnd':
        return this.#partEnd(event.call);
    }
  }

  #text(kind: 'text' | 'refusal', text: string): string {
    if (text === '') return '';
    if (this.#current instanceof StreamedMessage) return this.#current.add(kind, text);
    const item = new StreamedMessage(this.#frames, this.#nextId('message'), this.#items.length);
    return this.#begin(item) + item.add(kind, text);
  }

  #reasoning(text: string): string {
    if (text === '') return '';
    const { frames, item } = this.#openReasoning();
    return frames + item.add(text);
  }

  #seal(opaque: NeutralOpaque): string {
    const { frames, item } = this.#openReasoning();
    item.encrypted = writeEncrypted(opaque);
    return frames;
  }

  /** The item that goes on: one with its encrypted part is complete. */
  #openReasoning(): { readonly frames: string; readonly item: StreamedReasoning } {
    if (this.#current instanceof StreamedReasoning && this.#current.encrypted === undefined) return { frames: '', item: this.#current };
    const item = new StreamedReasoning(this.#frames, this.#nextId('reasoning'), this.#items.length);
    return { frames: this.#begin(item), item };
  }

  #call({ call, id, name, opaque }: ToolCallEvent): string {
    let frames = '';
    if (opaque !== undefined) {
      const carrier = new StreamedReasoning(this.#frames, this.#nextId('reasoning'), this.#items.length);
      carrier.encrypted = writeCallOpaque(opaque);
      frames += this.#begin(carrier);
    }
    const item = new StreamedCall(this.#frames, { id: this.#nextId('call'), callId: this.#ids.next(id), name }, this.#items.length);
    this.#calls.set(call, item);
    return frames + this.#begin(item);
  }

  #arguments(call: number, piece: string): string {
    const item = this.#calls.get(call);
    if (item === undefined) return '';
    const frames = this.#leave();
    this.#current = item;
    return frames + item.add(piece);
  }

  #partEnd(call: number | undefined): string {
    if (call === undefined && this.#current instanceof StreamedMessage) return this.#current.endPart();
    const ended = call === undefined ? this.#current : this.#calls.get(call);
    if (ended === undefined || (call === undefined && ended instanceof StreamedCall)) return '';
    if (this.#current === ended) this.#current = undefined;
    return ended.close('completed');
  }

  #begin(item: StreamedMessage | StreamedReasoning | StreamedCall): string {
    const frames = this.#leave();
    this.#items.push(item);
    this.#current = item;
    return frames + item.open();
  }

  /** Another item is next: a text or a reasoning is over, a call may go on. */
  #leave(): string {
    return this.#current instanceof StreamedCall ? '' : (this.#current?.close('completed') ?? '');
  }

  #nextId(kind: 'message' | 'reasoning' | 'call'): string {
    return itemId(kind, this.#about.id, this.#items.length);
  }
}
