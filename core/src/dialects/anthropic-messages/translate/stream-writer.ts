import type { JsonObject } from '../../../model/json.ts';
import type { NeutralEvent, NeutralStop } from '../../../model/neutral.ts';
import type { Usage } from '../../../model/usage.ts';
import { AnswerCallIds } from '../../translate/call-id.ts';
import type { AnswerAbout, NeutralWriter } from '../../translation.ts';
import { callIdRules } from './call-id.ts';
import { messageId } from './encode-answer.ts';
import { stopMembers } from './stop.ts';
import { StreamBlocks } from './stream-blocks.ts';
import { usageObject } from './usage.ts';

export function streamWriter(about: AnswerAbout): NeutralWriter {
  return new MessagesWriter(about);
}

type EventOf<Kind extends NeutralEvent['kind']> = Extract<NeutralEvent, { readonly kind: Kind }>;

/**
 * Writes events. One block is open at a time, and blocks are counted from 0 without gaps: a client loses what comes for
 * another. So a call whose block is not open waits until those before it are over.
 */
class MessagesWriter implements NeutralWriter {
  readonly #about: AnswerAbout;
  readonly #ids: AnswerCallIds;
  readonly #blocks = new StreamBlocks();
  #started = false;
  #calledTools = false;
  #refused = false;
  #usage: Usage | undefined = undefined;
  #stop: NeutralStop | undefined = undefined;

  constructor(about: AnswerAbout) {
    this.#about = about;
    this.#ids = new AnswerCallIds(callIdRules.prefix, about.id);
  }

  write(event: NeutralEvent): string {
    switch (event.kind) {
      case 'start':
        return this.#begin(event.id, event.model);
      case 'text':
        return event.text === '' ? '' : this.#begin() + this.#blocks.text(event.text);
      case 'refusal':
        return this.#refusal(event.text);
      case 'reasoning':
        return event.text === '' ? '' : this.#begin() + this.#blocks.thinking(event.text);
      case 'reasoningOpaque':
        return this.#begin() + this.#blocks.signature(event.opaque);
      case 'toolCall':
        return this.#toolCall(event);
      case 'arguments':
        return event.piece === '' ? '' : this.#begin() + this.#blocks.input(event.call, event.piece);
      case 'partEnd':
        return this.#blocks.partEnd(event.call);
      case 'usage':
        this.#usage = event.usage;
        return '';
      case 'stop':
        this.#stop = event.stop; // written at the end: usage may follow
        return this.#begin() + this.#blocks.endAll();
    }
  }

  end(): string {
    const rest = this.#begin() + this.#blocks.endAll();
    const about = { calledTools: this.#calledTools, refused: this.#refused };
    // A stream that ended well without a reason ended: clients take none for a broken one.
    const delta: JsonObject = { ...stopMembers(this.#stop ?? { kind: 'end' }, about) };
    const last = frame({ type: 'message_delta', delta, usage: usageObject(this.#usage) });
    return rest + last + frame({ type: 'message_stop' });
  }

  /** Once, before anything else. The usage of the whole is in the last delta, which takes the place of this one's. */
  #begin(id = '', model = ''): string {
    if (this.#started) return '';
    this.#started = true;
    const message = {
      id: messageId(id, this.#about),
      type: 'message',
      role: 'assistant',
      model: model || this.#about.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: usageObject(this.#usage),
    };
    return frame({ type: 'message_start', message });
  }

  /** Messages has no text of its own for it; the stop reason says it. */
  #refusal(text: string): string {
    if (text === '') return '';
    this.#refused = true;
    return this.#begin() + this.#blocks.text(text);
  }

  #toolCall({ call, id, name, opaque }: EventOf<'toolCall'>): string {
    this.#calledTools = true;
    return this.#begin() + this.#blocks.call(call, name, () => this.#ids.next(id), opaque);
  }
}

function frame(data: JsonObject): string {
  return `event: ${String(data.type)}\ndata: ${JSON.stringify(data)}\n\n`;
}
