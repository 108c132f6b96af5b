import type { JsonObject, JsonValue } from '../../core/src/model/json.ts';
import type { Recording } from './corpus.ts';
import { SchemaDocument } from './json-schema.ts';
import { dataOf, parsedAnswer } from './readings.ts';
import { wayOf } from './ways.ts';
import { answerText, isStream } from './wire-text.ts';

/** The schemas of a dialect's bodies in OpenAI's own document. */
const schemas: Readonly<Record<string, Readonly<Record<Kind, string>>>> = {
  'openai-chat': {
    request: 'CreateChatCompletionRequest',
    answer: 'CreateChatCompletionResponse',
    event: 'CreateChatCompletionStreamResponse',
  },
  'openai-responses': { request: 'CreateResponse', answer: 'Response', event: 'ResponseStreamEvent' },
};

export type Kind = 'request' | 'answer' | 'event';

/**
 * What is wrong with a body by the published schema, without what is wrong with OpenAI's own recorded traffic: the schema
 * asks for members that OpenAI itself leaves out, and refuses nulls that it sends.
 */
export class SchemaCheck {
  readonly #document: SchemaDocument;
  /** Problems of OpenAI's own bodies, by schema. */
  readonly #own = new Map<string, Set<string>>();

  constructor(openapi: JsonObject, recordings: readonly Recording[]) {
    this.#document = new SchemaDocument(openapi);
    for (const recording of recordings) if (/^(openai|azure)$/.test(recording.provider)) this.#learn(recording);
  }

  /** `undefined`: nobody published a schema. */
  problems(dialect: string, kind: Kind, body: JsonValue): string[] | undefined {
    const schema = schemas[dialect]?.[kind];
    if (schema === undefined) return undefined;
    const own = this.#own.get(schema);
    return this.#document.check(body, schema).filter((problem) => own?.has(anywhere(problem)) !== true);
  }

  #learn(recording: Recording): void {
    const way = wayOf(recording);
    const text = answerText(recording);
    if (way === undefined || recording.status !== 200 || text === undefined) return;
    if (recording.request !== null) this.#note(way.dialect, 'request', parsedAnswer(way.upstreamBody) ?? null);
    if (isStream(recording)) for (const event of dataOf(text)) this.#note(way.dialect, 'event', event);
    else this.#note(way.dialect, 'answer', parsedAnswer(text) ?? null);
  }

  #note(dialect: string, kind: Kind, body: JsonValue): void {
    const schema = schemas[dialect]?.[kind];
    if (schema === undefined) return;
    const own = this.#own.get(schema) ?? new Set();
    this.#own.set(schema, own);
    for (const problem of this.#document.check(body, schema)) own.add(anywhere(problem));
  }
}

/** A problem without its indexes. */
export function anywhere(problem: string): string {
  return problem.replaceAll(/\[\d+\]/g, '[n]');
}
