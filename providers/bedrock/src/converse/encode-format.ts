import { constrainedSchema, type JsonObject, type NeutralFormat } from '@express-ai-gateway/core/provider';
import type { EncoderAbout } from './encoder.ts';

export interface EncodedFormat {
  readonly outputConfig: JsonObject | undefined;
  /** What stands at the end of the system prompt instead. */
  readonly instructions: readonly JsonObject[];
}

const nothing: EncodedFormat = { outputConfig: undefined, instructions: [] };

/**
 * `outputConfig` holds a model to a schema. A tool that must be called would only look like it: its arguments are not held to
 * anything. "Any JSON" has no counterpart: it is asked for.
 */
export function encodeFormat(format: NeutralFormat | undefined, about: EncoderAbout): EncodedFormat {
  if (format === undefined) return nothing;
  if (format.kind === 'json') return asked('Answer with one JSON object and nothing else: no explanation, no Markdown.', about);
  const { model, quirks, losses } = about;
  const constrained = model.structuredOutput && quirks.jsonSchema !== false ? constrainedSchema(format.schema) : undefined;
  if (constrained === undefined) return unconstrained(format, about);
  if (constrained.relaxed) losses.drop('format');
  const jsonSchema = {
    schema: JSON.stringify(constrained.schema),
    ...named('name', format.name?.replace(/[^\w-]/g, '_').slice(0, 64)),
    ...named('description', format.description),
  };
  return { outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema } } }, instructions: [] };
}

function named(key: string, text: string | undefined): JsonObject {
  return text === undefined || text.trim() === '' ? {} : { [key]: text };
}

/** A promise that nobody keeps is worse than none; only who wants none is helped with a request. */
function unconstrained(format: Extract<NeutralFormat, { kind: 'schema' }>, about: EncoderAbout): EncodedFormat {
  if (format.strict === false)
    return asked(`Answer with one JSON value of this JSON Schema and nothing else:\n${JSON.stringify(format.schema)}`, about);
  about.losses.refuse('format');
  return nothing;
}

function asked(text: string, { losses }: EncoderAbout): EncodedFormat {
  losses.drop('format');
  return { outputConfig: undefined, instructions: [{ text }] };
}
