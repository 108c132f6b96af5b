import type { JsonObject } from '../../../model/json.ts';
import type { NeutralEvent, NeutralStop } from '../../../model/neutral.ts';
import type { Usage } from '../../../model/usage.ts';
import { AnswerCallIds } from '../../translate/call-id.ts';
import type { AnswerAbout, NeutralWriter } from '../../translation.ts';
import { callIdRules } from './call-id.ts';
import { signatureMembers } from './google-signature.ts';
import { finishReasonOf } from './stop.ts';
import { usageObject } from './usage.ts';
import { wantsReasoning } from './wants-reasoning.ts';

export function streamWriter(about: AnswerAbout): NeutralWriter {
  return new ChatWriter(about);
}

type EventOf<Kind extends NeutralEvent['kind']> = Extract<NeutralEvent, { readonly kind: Kind }>;

/**
 * Writes chunks, each as soon as its event came. The first has the role (Portkey-AI/gateway#1399), calls are counted among
 * themselves (BerriAI/litellm#5231), the only choice is 0 (BerriAI/litellm#12666), and one chunk says why it ended.
 */
class ChatWriter implements NeutralWriter {
  readonly #about: AnswerAbout;
  readonly #ids: AnswerCallIds;
  readonly #reasoning: boolean;
  /** What every chunk begins and ends with; written down once. */
  #head = '';
  readonly #tail: string;
  /** Calls by the event's number: their index here, whether they have arguments, and whether those are over. */
  readonly #calls = new Map<number, { readonly index: number; empty: boolean; ended: boolean }>();
  #usage: Usage | undefined = undefined;
  #finished = false;

  constructor(about: AnswerAbout) {
    this.#about = about;
    this.#ids = new AnswerCallIds(callIdRules.prefix, about.id);
    this.#reasoning = wantsReasoning(about.request);
    this.#tail = about.withUsage ? ',"usage":null}\n\n' : '}\n\n';
  }

  write(event: NeutralEvent): string {
    switch (event.kind) {
      case 'start':
        return this.#begin(event.id, event.model);
      case 'text':
        return event.text === '' ? '' : this.#chunk({ content: event.text });
      case 'refusal':
        return event.text === '' ? '' : this.#chunk({ refusal: event.text });
      case 'reasoning':
        return event.text === '' || !this.#reasoning ? '' : this.#chunk({ reasoning_content: event.text });
      case 'reasoningOpaque':
        return this.#signature(event);
      case 'toolCall':
        return this.#toolCall(event);
      case 'arguments':
        return this.#arguments(event.call, event.piece);
      case 'partEnd':
        return event.call === undefined ? '' : this.#endCall(event.call);
      case 'usage':
        this.#usage = event.usage;
        return '';
      case 'stop':
        return this.#finish(event.stop);
    }
  }

  end(): string {
    // A stream that ended well without a reason ended: the SDK's helpers take none for a broken one.
    const finish = this.#finish({ kind: 'end' });
    const usage = this.#about.withUsage ? usageObject(this.#usage) : undefined;
    return `${finish}${usage === undefined ? '' : `${this.#head}[],"usage":${JSON.stringify(usage)}}\n\n`}data: [DONE]\n\n`;
  }

  /** The role, once, before anything else. */
  #begin(id = '', model = ''): string {
    if (this.#head !== '') return '';
    const head = {
      id: id || `chatcmpl-${this.#about.id}`,
      object: 'chat.completion.chunk',
      created: this.#about.created,
      model: model || this.#about.model,
    };
    this.#head = `data: ${JSON.stringify(head).slice(0, -1)},"choices":`;
    return this.#frame({ role: 'assistant', content: '' }, null);
  }

  #chunk(delta: JsonObject): string {
    return this.#begin() + this.#frame(delta, null);
  }

  #frame(delta: JsonObject, finish: string | null): string {
    return `${this.#head}[{"index":0,"delta":${JSON.stringify(delta)},"logprobs":null,"finish_reason":${JSON.stringify(finish)}}]${this.#tail}`;
  }

  /** Others' signatures have no place here; Google's has one of its own. */
  #signature({ opaque }: EventOf<'reasoningOpaque'>): string {
    const members = signatureMembers(opaque);
    return members.extra_content === undefined ? '' : this.#chunk(members);
  }

  #toolCall({ call, id, name, opaque }: EventOf<'toolCall'>): string {
    if (this.#calls.has(call)) return '';
    const index = this.#calls.size;
    this.#calls.set(call, { index, empty: true, ended: false });
    const begun = { index, id: this.#ids.next(id), type: 'function', function: { name, arguments: '' }, ...signatureMembers(opaque) };
    return this.#chunk({ tool_calls: [begun] });
  }

  #arguments(number: number, piece: string): string {
    const call = this.#calls.get(number);
    if (call === undefined || call.ended || piece === '') return '';
    call.empty = false;
    return this.#chunk({ tool_calls: [{ index: call.index, function: { arguments: piece } }] });
  }

  /** A call without arguments has an empty object: clients parse them. */
  #endCall(number: number): string {
    const call = this.#calls.get(number);
    const frames = call?.empty ? this.#arguments(number, '{}') : '';
    if (call !== undefined) call.ended = true;
    return frames;
  }

  #finish(stop: NeutralStop): string {
    if (this.#finished) return '';
    this.#finished = true;
    let frames = this.#begin();
    for (const number of this.#calls.keys()) frames += this.#endCall(number);
    return frames + this.#frame({}, finishReasonOf(stop, this.#calls.size > 0));
  }
}
