import type { JsonObject } from '../../../model/json.ts';
import type { NeutralField, NeutralFormat } from '../../../model/neutral.ts';
import type { Losses } from '../../translate/losses.ts';
import type { TargetQuirks } from '../../translation.ts';
import type { ModelTraits } from './claude-models.ts';
import { constrainedSchema } from './constrained-schema.ts';

export interface EncoderAbout {
  readonly quirks: TargetQuirks;
  readonly model: ModelTraits;
  readonly losses: Losses<NeutralField>;
}

export interface EncodedFormat {
  /** `output_config.format`. */
  readonly format: JsonObject | undefined;
  /** What stands at the end of the system prompt instead. */
  readonly instructions: readonly JsonObject[];
}

const nothing: EncodedFormat = { format: undefined, instructions: [] };

/** A schema holds the model to it. "Any JSON" has no counterpart: it is asked for. */
export function encodeFormat(format: NeutralFormat | undefined, about: EncoderAbout): EncodedFormat {
  if (format === undefined) return nothing;
  if (format.kind === 'json') return asked('Answer with one JSON object and nothing else: no explanation, no Markdown.', about);
  const { quirks, model, losses } = about;
  const constrained = model.structuredOutput && quirks.jsonSchema !== false ? constrainedSchema(format.schema) : undefined;
  if (constrained === undefined) return unconstrained(format, about);
  if (constrained.relaxed) losses.drop('format');
  return { format: { type: 'json_schema', schema: constrained.schema }, instructions: [] };
}

/** A promise that nobody keeps is worse than none (Portkey-AI/gateway#644); only who wants none is helped with a request. */
function unconstrained(format: Extract<NeutralFormat, { kind: 'schema' }>, about: EncoderAbout): EncodedFormat {
  if (format.strict === false)
    return asked(`Answer with one JSON value of this JSON Schema and nothing else:\n${JSON.stringify(format.schema)}`, about);
  about.losses.refuse('format');
  return nothing;
}

function asked(text: string, { losses }: EncoderAbout): EncodedFormat {
  losses.drop('format');
  return { format: undefined, instructions: [{ type: 'text', text }] };
}
