import type { BodyInspector } from '@express-ai-gateway/core/plugin';
import { refusal } from './refusals.ts';

// What a file is for may stand behind the file. So the form is read while it passes: when a field turns out to be one that
// is refused, the rest, and with it the end of the form, never reaches the provider, who has nothing to act on. What two readers
// could read differently is refused as well: a reader less strict than this one must find no other field.

const maxHeaders = 8 * 1024;

const blankLine = '\r\n\r\n';

type State = 'start' | 'delimiter' | 'headers' | 'content' | 'over';

/** The boundary of a plain `multipart/form-data`; `undefined` for every other content type. */
export function boundaryOf(contentType: string): string | undefined {
  return /^multipart\/form-data; *boundary=("?)([\w'()+,./:=?-]{1,70})\1$/i.exec(contentType)?.[2];
}

/** Reads one field of a form as it passes. `judge` throws for a value that may not pass; it sees unfinished values as well. */
export class FieldInspector implements BodyInspector {
  readonly #marker: string;
  readonly #field: string;
  readonly #judge: (value: string) => void;
  #state: State = 'start';
  #held: Buffer = Buffer.alloc(0);
  /** Of the part at hand, if it is the field. */
  #value: string | undefined = undefined;

  constructor(boundary: string, field: string, judge: (value: string) => void) {
    this.#marker = `--${boundary}`;
    this.#field = field;
    this.#judge = judge;
  }

  push(piece: Buffer): void {
    let data: Buffer | undefined = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece]);
    this.#held = Buffer.alloc(0);
    while (data !== undefined) {
      const rest: Buffer | undefined = this.#step(data);
      if (rest === undefined) break;
      data = rest;
    }
  }

  end(): void {
    if (this.#state !== 'over') throw refusal('PASS_THROUGH_FORM');
  }

  /** What is left after one step; `undefined` when it takes more to go on. */
  #step(data: Buffer): Buffer | undefined {
    switch (this.#state) {
      case 'start':
        return this.#start(data);
      case 'delimiter':
        return this.#delimiter(data);
      case 'headers':
        return this.#headers(data);
      case 'content':
        return this.#content(data);
      case 'over':
        return this.#epilogue(data);
    }
  }

  #start(data: Buffer): Buffer | undefined {
    const { length } = this.#marker;
    if (!this.#marker.startsWith(data.toString('latin1', 0, length))) throw refusal('PASS_THROUGH_FORM');
    if (data.length < length) return this.#hold(data);
    this.#state = 'delimiter';
    return data.subarray(length);
  }

  #delimiter(data: Buffer): Buffer | undefined {
    if (data.length < 2) return this.#hold(data);
    const next = data.toString('latin1', 0, 2);
    if (next !== '\r\n' && next !== '--') throw refusal('PASS_THROUGH_FORM');
    this.#state = next === '--' ? 'over' : 'headers';
    return data.subarray(2);
  }

  #headers(data: Buffer): Buffer | undefined {
    const end = data.indexOf(blankLine);
    if (end === -1 && data.length <= maxHeaders) return this.#hold(data);
    if (end === -1 || end > maxHeaders) throw refusal('PASS_THROUGH_FORM');
    const isField = nameOf(data.toString('latin1', 0, end)).startsWith(this.#field);
    this.#value = isField ? '' : undefined;
    this.#state = 'content';
    return data.subarray(end + blankLine.length);
  }

  #content(data: Buffer): Buffer | undefined {
    const at = data.indexOf(this.#marker, 0, 'latin1');
    if (at === -1) {
      const kept = Math.min(data.length, this.#marker.length + 1);
      this.#see(data.subarray(0, data.length - kept), data.subarray(data.length - kept));
      return this.#hold(data.subarray(data.length - kept));
    }
    // Behind anything but a line's end it is content to one reader and a delimiter to another.
    if (at < 2 || data.toString('latin1', at - 2, at) !== '\r\n') throw refusal('PASS_THROUGH_FORM');
    this.#see(data.subarray(0, at - 2), Buffer.alloc(0));
    this.#state = 'delimiter';
    return data.subarray(at + this.#marker.length);
  }

  /** `ahead`: may be the field's, or the beginning of the delimiter behind it. */
  #see(bytes: Buffer, ahead: Buffer): void {
    if (this.#value === undefined) return;
    this.#value += bytes.toString('latin1');
    const [soFar = ''] = (this.#value + ahead.toString('latin1')).split('\r', 1);
    if (!/^[\w.-]{0,64}$/.test(soFar) || this.#value.includes('\r')) throw refusal('PASS_THROUGH_FORM');
    this.#judge(soFar);
  }

  #epilogue(data: Buffer): undefined {
    if (!'\r\n'.startsWith(data.toString('latin1', 0, 3))) throw refusal('PASS_THROUGH_FORM');
    return this.#hold(data);
  }

  /** Into bytes of its own: a slice would keep the whole piece. */
  #hold(data: Buffer): undefined {
    this.#held = Buffer.from(data);
    return undefined;
  }
}

/** The name of a part, in lower case. Throws for headers that another reader could read another name from. */
function nameOf(headers: string): string {
  let name: string | undefined;
  for (const line of headers.split('\r\n')) {
    const [, header = '', value = ''] = /^([\w-]{1,64}): *([^\r\n\0]*)$/.exec(line) ?? [];
    const kind = header.toLowerCase();
    if (kind === '' || kind === 'content-transfer-encoding') throw refusal('PASS_THROUGH_FORM');
    if (kind !== 'content-disposition') continue;
    const named = /^form-data; *name="([\w.[\] -]{1,64})"(?:; *filename\*?=(?:"[^"\\]*"|[^\s";]+))*$/i.exec(value)?.[1];
    if (named === undefined || name !== undefined) throw refusal('PASS_THROUGH_FORM');
    name = named.toLowerCase();
  }
  if (name === undefined) throw refusal('PASS_THROUGH_FORM');
  return name;
}
