import type { Attachment, Call, TextReference } from '../model/call.ts';
import type { JsonValue } from '../model/json.ts';

/** A call that nobody reads: what a handoff carries. Whoever would look inside learns that there is nothing to see. */
export class OpaqueCall implements Call {
  readonly opaque = true;
  readonly dialect: string;
  /** As far as it is known without reading: empty otherwise. */
  readonly model: string;
  readonly stream = false;
  readonly maxOutputTokens = undefined;
  readonly states: readonly string[] = [];
  readonly edited = false;
  /** As the client declared it; 0 when it did not say. */
  readonly byteLength: number;

  constructor(dialect: string, byteLength: number, model = '') {
    this.dialect = dialect;
    this.model = model;
    this.byteLength = byteLength;
    Object.freeze(this);
  }

  get body(): Readonly<Record<string, JsonValue>> {
    return this.#unread('body');
  }

  get tools(): readonly string[] {
    return this.#unread('tools');
  }

  texts(): TextReference[] {
    return this.#unread('texts()');
  }

  attachments(): Attachment[] {
    return this.#unread('attachments()');
  }

  set(): void {
    this.#unread('set()');
  }

  remove(): void {
    this.#unread('remove()');
  }

  #unread(what: string): never {
    throw new TypeError(`call.${what}: ${this.dialect} carries its requests unread; look at call.opaque first`);
  }
}
