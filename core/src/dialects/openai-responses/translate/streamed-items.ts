import type { JsonObject } from '../../../model/json.ts';
import type { Frames } from './frames.ts';
import { type CallItem, callItem, contentPart, type ItemStatus, messageItem, reasoningItem, summaryPart } from './output-items.ts';

// Items while they are written. Each says what it is, its pieces, the whole of each part, and the whole item: clients show
// or run an item when they see its end (BerriAI/litellm#22102: Codex shows nothing without it).

export interface StreamedItem {
  /** The frame that begins it. */
  open(): string;
  /** The frames that end it; nothing if they were written. */
  close(status: Exclude<ItemStatus, 'in_progress'>): string;
  /** As it ended. */
  readonly value: JsonObject;
}

interface TextKind {
  readonly event: 'output_text' | 'refusal';
  readonly field: 'text' | 'refusal';
  /** Only texts have probabilities, and then always. */
  readonly more: JsonObject;
}

const textKinds: Readonly<Record<'text' | 'refusal', TextKind>> = {
  text: { event: 'output_text', field: 'text', more: { logprobs: [] } },
  refusal: { event: 'refusal', field: 'refusal', more: {} },
};

export class StreamedMessage implements StreamedItem {
  value: JsonObject;
  readonly #frames: Frames;
  readonly #id: string;
  readonly #index: number;
  readonly #content: JsonObject[] = [];
  #part: { readonly kind: 'text' | 'refusal'; text: string } | undefined;
  #closed = false;

  constructor(frames: Frames, id: string, index: number) {
    this.#frames = frames;
    this.#id = id;
    this.#index = index;
    this.value = messageItem(id, 'in_progress', []);
  }

  open(): string {
    return this.#frames.frame('response.output_item.added', { output_index: this.#index, item: this.value });
  }

  add(kind: 'text' | 'refusal', text: string): string {
    let frames = '';
    if (this.#part?.kind !== kind) {
      frames += this.endPart();
      frames += this.#frames.frame('response.content_part.added', { ...this.#place(), part: contentPart(kind, '') });
      this.#part = { kind, text: '' };
    }
    this.#part.text += text;
    const { event, more } = textKinds[kind];
    return frames + this.#frames.frame(`response.${event}.delta`, { ...this.#place(), delta: text, ...more });
  }

  endPart(): string {
    if (this.#part === undefined) return '';
    const { kind, text } = this.#part;
    const { event, field, more } = textKinds[kind];
    const part = contentPart(kind, text);
    const frames =
      this.#frames.frame(`response.${event}.done`, { ...this.#place(), [field]: text, ...more }) +
      this.#frames.frame('response.content_part.done', { ...this.#place(), part });
    this.#content.push(part);
    this.#part = undefined;
    return frames;
  }

  close(status: 'completed' | 'incomplete'): string {
    if (this.#closed) return '';
    this.#closed = true;
    const last = this.endPart();
    this.value = messageItem(this.#id, status, this.#content);
    return last + this.#frames.frame('response.output_item.done', { output_index: this.#index, item: this.value });
  }

  #place(): JsonObject {
    return { item_id: this.#id, output_index: this.#index, content_index: this.#content.length };
  }
}

export class StreamedReasoning implements StreamedItem {
  value: JsonObject;
  /** The `encrypted_content`; known at the end. */
  encrypted: string | undefined;
  readonly #frames: Frames;
  readonly #id: string;
  readonly #index: number;
  #text = '';
  #closed = false;

  constructor(frames: Frames, id: string, index: number) {
    this.#frames = frames;
    this.#id = id;
    this.#index = index;
    this.value = reasoningItem(id, '', undefined);
  }

  open(): string {
    return this.#frames.frame('response.output_item.added', { output_index: this.#index, item: this.value });
  }

  add(text: string): string {
    const first = this.#text === '';
    this.#text += text;
    return (
      (first ? this.#frames.frame('response.reasoning_summary_part.added', { ...this.#place(), part: summaryPart('') }) : '') +
      this.#frames.frame('response.reasoning_summary_text.delta', { ...this.#place(), delta: text })
    );
  }

  close(): string {
    if (this.#closed) return '';
    this.#closed = true;
    this.value = reasoningItem(this.#id, this.#text, this.encrypted);
    return this.#endPart() + this.#frames.frame('response.output_item.done', { output_index: this.#index, item: this.value });
  }

  #endPart(): string {
    if (this.#text === '') return '';
    return (
      this.#frames.frame('response.reasoning_summary_text.done', { ...this.#place(), text: this.#text }) +
      this.#frames.frame('response.reasoning_summary_part.done', { ...this.#place(), part: summaryPart(this.#text) })
    );
  }

  #place(): JsonObject {
    return { item_id: this.#id, output_index: this.#index, summary_index: 0 };
  }
}

export class StreamedCall implements StreamedItem {
  value: JsonObject;
  readonly #frames: Frames;
  readonly #call: CallItem;
  readonly #index: number;
  #arguments = '';
  #closed = false;

  constructor(frames: Frames, call: CallItem, index: number) {
    this.#frames = frames;
    this.#call = call;
    this.#index = index;
    this.value = callItem(call, 'in_progress', '');
  }

  open(): string {
    return this.#frames.frame('response.output_item.added', { output_index: this.#index, item: this.value });
  }

  /** Nothing is added to a call that has ended: it may be running. */
  add(piece: string): string {
    if (piece === '' || this.#closed) return '';
    this.#arguments += piece;
    return this.#frames.frame('response.function_call_arguments.delta', { ...this.#place(), delta: piece });
  }

  close(status: 'completed' | 'incomplete'): string {
    if (this.#closed) return '';
    // Clients parse what they were given; no arguments are an object without members.
    const empty = this.#arguments === '' && status === 'completed' ? this.add('{}') : '';
    this.#closed = true;
    this.value = callItem(this.#call, status, this.#arguments);
    return (
      empty +
      this.#frames.frame('response.function_call_arguments.done', { ...this.#place(), arguments: this.#arguments }) +
      this.#frames.frame('response.output_item.done', { output_index: this.#index, item: this.value })
    );
  }

  #place(): JsonObject {
    return { item_id: this.#call.id, output_index: this.#index };
  }
}
