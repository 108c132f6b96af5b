import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type { NeutralFormat } from '../../../model/neutral.ts';
import { badField, requiredText } from '../../fields.ts';
import type { RequestLosses } from '../../translate/losses.ts';

export function outputConfig(body: JsonObject): JsonObject {
  const config: JsonValue = body.output_config ?? {};
  return isJsonObject(config) ? config : badField('output_config', 'an object', config);
}

/** `output_config.format`, or `output_format` where the beta had it. */
export function decodeFormat(body: JsonObject, losses: RequestLosses): NeutralFormat | undefined {
  const current = outputConfig(body).format;
  const [field, format] =
    current === undefined || current === null ? ['output_format', body.output_format] : ['output_config.format', current];
  if (format === undefined || format === null) return undefined;
  if (!isJsonObject(format)) badField(field, 'an object with type and schema', format);
  if (format.type !== 'json_schema') {
    requiredText(`${field}.type`, format.type);
    losses.refuse(field);
    return undefined;
  }
  if (!isJsonObject(format.schema)) badField(`${field}.schema`, 'a JSON Schema', format.schema);
  // Whether others can keep to the schema to the letter depends on the schema: they know their own rules.
  return { kind: 'schema', name: undefined, description: undefined, schema: format.schema, strict: undefined };
}
