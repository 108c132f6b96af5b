import { cappedNames } from './capped-names.ts';
import { deepFreeze } from './deep-freeze.ts';
import type { CallAddress, CallDialect, CallFacts } from './dialects/dialect.ts';
import { badField } from './dialects/fields.ts';
import { textReferences } from './dialects/texts.ts';
import { JsonDocument } from './json/document.ts';
import type { Attachment, Call, TextReference } from './model/call.ts';
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from './model/json.ts';
import { guarded, type JsonLimits } from './read-json.ts';

const noStates: readonly string[] = Object.freeze([]);

/** A request as parsed from its bytes. Made by `parseCall`, changed by splicing only. */
export class ParsedCall implements Call {
  readonly dialect: string;
  readonly model: string;
  readonly stream: boolean;
  readonly maxOutputTokens: number | undefined;
  readonly tools: readonly string[];
  readonly byteLength: number;
  /** The body's text with its edits; attempts fork it. */
  readonly document: JsonDocument;
  readonly format: CallDialect;
  /** What was left out when a body of another dialect was adopted; `undefined` where the body is the client's own. */
  readonly adopted: readonly string[] | undefined;
  #body: JsonObject | undefined = undefined;

  constructor(format: CallDialect, document: JsonDocument, facts: CallFacts, byteLength: number, adopted?: readonly string[]) {
    this.format = format;
    this.document = document;
    this.dialect = format.id;
    this.model = facts.model;
    this.stream = facts.stream;
    this.maxOutputTokens = facts.maxOutputTokens;
    this.tools = Object.freeze(facts.tools);
    this.byteLength = byteLength;
    this.adopted = adopted;
    Object.freeze(this); // plugins share it: what one wrote here, the others would decide by
  }

  /** Frozen at the first look: what plugins decide by is what is sent, whoever looked before them. */
  get body(): JsonObject {
    this.#body ??= deepFreeze(this.document.value) as JsonObject;
    return this.#body;
  }

  /** What it goes on from that only one provider's account has; such a call goes nowhere else and is never cached. */
  get states(): readonly string[] {
    return this.format.states?.(this.document.value as JsonObject) ?? noStates;
  }

  get edited(): boolean {
    return this.document.edited;
  }

  texts(): TextReference[] {
    return guarded(() => textReferences(this.document, this.format.requestTexts(this.#current())));
  }

  attachments(): Attachment[] {
    return [...this.format.attachments(this.#current())];
  }

  set(path: JsonPath, value: JsonValue): void {
    setValue(this.document, path, value);
  }

  remove(path: JsonPath): void {
    this.document.removeKey(path);
  }

  /** The body as edited so far: what a plugin put in has texts too. */
  #current(): JsonObject {
    const { view } = this.document;
    return isJsonObject(view) ? view : {};
  }
}

/** Sets a value that is there or not yet. */
export function setValue(document: JsonDocument, path: JsonPath, value: JsonValue): void {
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) throw new TypeError(`set ${path.join('.')}: expected a JSON value, received ${typeof value}`);
  if (document.has(path)) document.replaceValue(path, json);
  else document.insertKey(path.slice(0, -1), String(path.at(-1)), json);
}

/** Bytes → call, or a 4xx that says what is wrong with them. Decisions are taken on the value parsed here alone. */
export function parseCall(format: CallDialect, address: CallAddress, bytes: Buffer, text: string, limits: JsonLimits): ParsedCall {
  const document = guarded(() => new JsonDocument(text, limits), limits);
  const body: JsonValue = document.value;
  if (!isJsonObject(body)) badField('The request body', 'a JSON object', body);
  const adopted = format.adopt?.(body);
  if (adopted === undefined) return new ParsedCall(format, document, format.readCall(body, address), bytes.length);
  const own = guarded(() => new JsonDocument(JSON.stringify(adopted.body), limits), limits);
  return new ParsedCall(format, own, format.readCall(adopted.body, address), bytes.length, cappedNames(adopted.dropped));
}

/** A call whose text the gateway had to write anew. */
export function rewritten({ format, byteLength }: ParsedCall, address: CallAddress, text: string, limits: JsonLimits): ParsedCall {
  const document = guarded(() => new JsonDocument(text, limits), limits);
  return new ParsedCall(format, document, format.readCall(document.value as JsonObject, address), byteLength, []);
}
