import type { JsonObject } from '../../../model/json.ts';
import type { NeutralEvent, NeutralOpaque, NeutralStop } from '../../../model/neutral.ts';
import type { Usage } from '../../../model/usage.ts';
import { googleUsageObject } from '../../google-usage.ts';
import { ArgumentsProgress } from '../../translate/tool-arguments.ts';
import type { AnswerAbout, NeutralWriter } from '../../translation.ts';
import { answerCall } from './answer-parts.ts';
import { writeSignature } from './signature.ts';
import { writeStop } from './stop.ts';

export function streamWriter(about: AnswerAbout): NeutralWriter {
  return new GoogleWriter(about);
}

/** A call whose arguments may still go on. */
interface HeldCall {
  readonly id: string;
  readonly name: string;
  readonly opaque: NeutralOpaque | undefined;
  arguments: string;
  readonly written: ArgumentsProgress;
  /** The provider said that it is over. */
  ended: boolean;
}

function heldCall({ id, name, opaque }: Extract<NeutralEvent, { kind: 'toolCall' }>): HeldCall {
  return { id, name, opaque, arguments: '', written: new ArgumentsProgress(), ended: false };
}

/**
 * Writes a stream for a client. Texts go out as they come; a call goes out whole, once its arguments cannot go on; the last
 * event says why it stopped and what it took. No event names and no `[DONE]`: Google's own client loses the one and throws
 * at the other.
 */
class GoogleWriter implements NeutralWriter {
  readonly #about: AnswerAbout;
  #id: string;
  #model: string;
  /** By number, in order of appearance. */
  readonly #held = new Map<number, HeldCall>();
  #usage: Usage | undefined = undefined;
  #stop: NeutralStop | undefined = undefined;

  constructor(about: AnswerAbout) {
    this.#about = about;
    this.#id = about.id;
    this.#model = about.model;
  }

  write(event: NeutralEvent): string {
    switch (event.kind) {
      case 'start':
        this.#id = event.id || this.#about.id;
        this.#model = event.model || this.#about.model;
        return '';
      case 'text':
      case 'refusal':
        return event.text === '' ? '' : this.#parts([{ text: event.text }]);
      case 'reasoning':
        return event.text === '' ? '' : this.#parts([{ text: event.text, thought: true }]);
      case 'reasoningOpaque':
        return this.#parts([{ text: '', thought: true, thoughtSignature: writeSignature(event.opaque) }]);
      case 'toolCall':
        this.#held.set(event.call, heldCall(event));
        return '';
      case 'arguments':
        this.#addArguments(event.call, event.piece);
        return '';
      case 'partEnd':
        return event.call === undefined ? '' : this.#endCall(event.call);
      case 'usage':
        this.#usage = event.usage;
        return '';
      case 'stop':
        this.#stop = event.stop;
        return '';
    }
  }

  end(): string {
    const parts = Array.from(this.#held.values(), answerCall);
    const usage = googleUsageObject(this.#usage);
    return this.#frame(
      { content: { role: 'model', parts: parts.length > 0 ? parts : [{ text: '' }] }, ...writeStop(this.#stop), index: 0 },
      usage === undefined ? {} : { usageMetadata: usage },
    );
  }

  #addArguments(call: number, piece: string): void {
    const held = this.#held.get(call);
    if (held === undefined || held.ended) return;
    held.arguments += piece;
    held.written.add(piece);
  }

  #endCall(call: number): string {
    const held = this.#held.get(call);
    if (held !== undefined) held.ended = true;
    const parts = this.#takeComplete();
    return parts.length === 0 ? '' : this.#frame({ content: { role: 'model', parts }, index: 0 }, {});
  }

  /** Calls may interleave and texts come between their pieces: only what cannot go on is given, in the calls' order. */
  #takeComplete(): JsonObject[] {
    const parts: JsonObject[] = [];
    for (const [number, call] of this.#held) {
      if (!call.ended && !call.written.whole) break;
      parts.push(answerCall(call));
      this.#held.delete(number);
    }
    return parts;
  }

  /** What is said after a call comes after it. */
  #parts(parts: readonly JsonObject[]): string {
    return this.#frame({ content: { role: 'model', parts: [...this.#takeComplete(), ...parts] }, index: 0 }, {});
  }

  #frame(candidate: JsonObject, more: JsonObject): string {
    return `data: ${JSON.stringify({ candidates: [candidate], ...more, modelVersion: this.#model, responseId: this.#id })}\n\n`;
  }
}
