import { deepFreeze } from '../deep-freeze.ts';
import { gatewayError } from '../errors.ts';
import { JsonDocument } from '../json/document.ts';
import type { TextReference } from '../model/call.ts';
import type { JsonValue } from '../model/json.ts';
import type { JsonBody } from '../model/response.ts';
import type { Usage } from '../model/usage.ts';
import type { CallDialect } from './dialect.ts';
import { textReferences } from './texts.ts';

/** A whole answer over its bytes: parsed when somebody looks, spliced when somebody edits, else sent as it came. */
export class BytesBody implements JsonBody {
  readonly kind = 'json';
  readonly #bytes: Buffer;
  readonly #dialect: CallDialect | undefined;
  #document: JsonDocument | null | undefined = undefined;
  #frozen = false;

  constructor(bytes: Buffer, dialect?: CallDialect) {
    this.#bytes = bytes;
    this.#dialect = dialect;
  }

  bytes(): Buffer {
    return this.#document?.edited ? Buffer.from(this.#document.toText()) : this.#bytes;
  }

  /** Frozen at the first look: a change here would not be sent, but would hide what is from the plugins after it. */
  get json(): JsonValue | undefined {
    if (!this.#frozen) deepFreeze(this.parsed);
    this.#frozen = true;
    return this.parsed;
  }

  /** The same for the gateway itself, which changes nothing. */
  get parsed(): JsonValue | undefined {
    return this.#parse()?.value;
  }

  get usage(): Usage | undefined {
    return this.parsed === undefined ? undefined : this.#dialect?.usage(this.parsed);
  }

  get finishReason(): string | undefined {
    return this.parsed === undefined ? undefined : this.#dialect?.finishReason(this.parsed);
  }

  get leaves(): string | undefined {
    return this.parsed === undefined ? undefined : this.#dialect?.leaves?.(this.parsed);
  }

  texts(): TextReference[] {
    if (this.#dialect === undefined) return [];
    const document = this.#parse();
    // Nobody may take an answer that cannot be read for one without texts.
    if (document === null) throw gatewayError('GW_UPSTREAM_BAD_RESPONSE', { details: { what: 'a body that is not JSON' } });
    return textReferences(document, this.#dialect.responseTexts(document.view));
  }

  /** `null` for what is not JSON. Providers are not held to our limits on clients: an answer is theirs to shape. */
  #parse(): JsonDocument | null {
    if (this.#document === undefined) {
      try {
        this.#document = JsonDocument.lenient(this.#bytes.toString('utf8'));
      } catch {
        this.#document = null;
      }
    }
    return this.#document;
  }
}
