import type { JsonObject } from '../../../model/json.ts';
import type { NeutralOpaque } from '../../../model/neutral.ts';
import { callSignature, redactedData, signatureOf } from './thinking.ts';

/** A block of the answer, written or not yet. */
interface Block {
  readonly kind: 'text' | 'thinking' | 'redacted' | 'call';
  readonly start: JsonObject;
  /** Pieces that came while another block was open. */
  held: string;
  signature: string;
  empty: boolean;
  /** Nothing more belongs to it. */
  ended: boolean;
}

/** What the pieces of each kind are called. */
const deltas = {
  text: '{"type":"text_delta","text":',
  thinking: '{"type":"thinking_delta","thinking":',
  call: '{"type":"input_json_delta","partial_json":',
  redacted: '', // has none
};

/**
 * The blocks of one stream, one open at a time. A text ends when something else begins. A call does not: other formats'
 * calls interleave, and its next piece may still come. What begins after it waits until its end is known.
 */
export class StreamBlocks {
  readonly #calls = new Map<number, Block>();
  #open: Block | undefined = undefined;
  #index = 0;
  #waiting: Block[] = [];
  /** The block that the last piece was for. */
  #touched: Block | undefined = undefined;

  text(piece: string): string {
    return this.#running('text', { type: 'text', text: '' }, piece);
  }

  thinking(piece: string): string {
    return this.#running('thinking', { type: 'thinking', thinking: '', signature: '' }, piece);
  }

  /** Closes the thinking that it belongs to; without any it is a block of its own. */
  signature(opaque: NeutralOpaque): string {
    const data = redactedData(opaque);
    if (data !== undefined) return this.#add(newBlock('redacted', { type: 'redacted_thinking', data }), true);
    const last = this.#last;
    if (last?.kind !== 'thinking' || last.ended) return this.#signed(signatureOf(opaque));
    last.signature = signatureOf(opaque);
    last.ended = true;
    return this.#advance();
  }

  /** `id` is asked for once it is known that the call is a new one. */
  call(number: number, name: string, id: () => string, opaque: NeutralOpaque | undefined): string {
    if (this.#calls.has(number)) return '';
    const signature = callSignature(opaque);
    const before = signature === undefined ? '' : this.#signed(signature);
    const block = newBlock('call', { type: 'tool_use', id: id(), name, input: {} });
    this.#calls.set(number, block);
    return before + this.#add(block, false);
  }

  /** The next piece of a call's arguments; nothing for a call that is over. */
  input(number: number, piece: string): string {
    const block = this.#calls.get(number);
    return block === undefined || block.ended ? '' : this.#piece(block, piece);
  }

  /** The end of a call; without one, of the text or thinking that went on. */
  partEnd(call: number | undefined): string {
    const ended = call === undefined ? this.#touched : this.#calls.get(call);
    if (ended === undefined || (call === undefined && ended.kind === 'call')) return '';
    ended.ended = true;
    return this.#advance();
  }

  /** Nothing follows: whatever waits is written. */
  endAll(): string {
    for (const block of this.#waiting) block.ended = true;
    if (this.#open !== undefined) this.#open.ended = true;
    return this.#advance();
  }

  get #last(): Block | undefined {
    return this.#waiting.at(-1) ?? this.#open;
  }

  #running(kind: 'text' | 'thinking', start: JsonObject, piece: string): string {
    const last = this.#last;
    if (last?.kind === kind && !last.ended) return this.#piece(last, piece);
    const block = newBlock(kind, start);
    return this.#add(block, false) + this.#piece(block, piece);
  }

  #signed(signature: string): string {
    const block = newBlock('thinking', { type: 'thinking', thinking: '', signature: '' });
    block.signature = signature;
    return this.#add(block, true);
  }

  #add(block: Block, ended: boolean): string {
    const last = this.#last;
    if (last !== undefined && last.kind !== 'call') last.ended = true;
    block.ended = ended;
    this.#waiting.push(block);
    this.#touched = block;
    return this.#advance();
  }

  #piece(block: Block, piece: string): string {
    this.#touched = block;
    block.empty = false;
    if (block === this.#open) return this.#delta(block, piece);
    block.held += piece;
    return '';
  }

  /** Closes what is over and opens what comes next, as far as that goes. */
  #advance(): string {
    let frames = '';
    while (this.#open === undefined || this.#open.ended) {
      if (this.#open !== undefined) frames += this.#close(this.#open);
      this.#open = this.#waiting.shift();
      if (this.#open === undefined) break;
      frames += this.#begin(this.#open);
    }
    return frames;
  }

  #begin(block: Block): string {
    const start = { type: 'content_block_start', index: this.#index, content_block: block.start };
    const held = block.held;
    block.held = '';
    return `event: content_block_start\ndata: ${JSON.stringify(start)}\n\n${held === '' ? '' : this.#delta(block, held)}`;
  }

  #delta(block: Block, piece: string): string {
    return this.#deltaFrame(`${deltas[block.kind]}${JSON.stringify(piece)}}`);
  }

  #deltaFrame(delta: string): string {
    return `event: content_block_delta\ndata: {"type":"content_block_delta","index":${this.#index},"delta":${delta}}\n\n`;
  }

  /** A call without arguments has an empty object: clients parse what came. */
  #close(block: Block): string {
    const input = block.kind === 'call' && block.empty ? this.#delta(block, '{}') : '';
    const signature =
      block.signature === '' ? '' : this.#deltaFrame(`{"type":"signature_delta","signature":${JSON.stringify(block.signature)}}`);
    const stop = `event: content_block_stop\ndata: {"type":"content_block_stop","index":${this.#index}}\n\n`;
    this.#index += 1;
    return input + signature + stop;
  }
}

function newBlock(kind: Block['kind'], start: JsonObject): Block {
  return { kind, start, held: '', signature: '', empty: true, ended: false };
}
