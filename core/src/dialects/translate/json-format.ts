import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import type { NeutralField, NeutralFormat } from '../../model/neutral.ts';
import { badField } from '../fields.ts';
import type { TargetQuirks } from '../translation.ts';
import { objectsIn, textOf } from './lenient.ts';
import type { Losses, RequestLosses } from './losses.ts';

// What OpenAI's two formats share about answers in JSON.

export type JsonFormat = { readonly type: 'json_object' } | { readonly type: 'json_schema'; readonly schema: JsonObject };

/** The format. A schema that the target does not know is a promise to the caller that nobody would keep. */
export function jsonFormat(format: NeutralFormat | undefined, quirks: TargetQuirks, losses: Losses<NeutralField>): JsonFormat | undefined {
  if (format === undefined) return undefined;
  if (format.kind === 'json') return { type: 'json_object' };
  if (quirks.jsonSchema === false) {
    losses.refuse('format');
    return undefined;
  }
  const { name, description, schema, strict } = format;
  const named = { name: schemaName(name), ...(description !== undefined && { description }), schema };
  return { type: 'json_schema', ...named, ...(strict !== undefined && { strict }) };
}

const schemaKeys = new Set(['type', 'name', 'description', 'schema', 'strict']);

/** A schema with what stands beside it, as a client wrote it. */
export function decodeSchema(given: JsonObject, at: string, losses: RequestLosses): NeutralFormat {
  const { schema, strict } = given;
  if (!isJsonObject(schema)) badField(`${at}.schema`, 'a JSON Schema', schema);
  losses.dropOthers(given, schemaKeys, `${at}.`);
  return {
    kind: 'schema',
    name: textOf(given.name) || undefined,
    description: textOf(given.description) || undefined,
    schema,
    strict: typeof strict === 'boolean' ? strict : undefined,
  };
}

/** Required, of letters, digits, dashes and underscores, 64 at most; others' schemas have none, or any. */
function schemaName(name: string | undefined): string {
  return name?.replace(/[^\w-]/g, '_').slice(0, 64) || 'response';
}

/** What is said where nobody has: OpenAI answers a request for `json_object` only if a message mentions JSON. */
export const askForJson = 'Answer in JSON.';

/** Whether the content of a message does. */
export function mentionsJson(content: JsonValue | undefined): boolean {
  return [textOf(content), ...objectsIn(content).map(({ text }) => textOf(text))].some((text) => /json/i.test(text));
}
