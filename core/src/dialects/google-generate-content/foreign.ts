import type { JsonDocument } from '../../json/document.ts';
import { isJsonObject } from '../../model/json.ts';
import { fieldKey, fieldOf, objectElements } from '../google-fields.ts';
import { googleDialect, readSignature } from './translate/signature.ts';

/** What Gemini takes in place of a signature that is lost, where it insists on one (vercel/ai). */
const placeholder = 'skip_thought_signature_validator';

/**
 * Takes out signatures that another format's provider made, in a conversation that comes (back) to Google: one that Google did
 * not make is a 400. A call keeps the placeholder that stands for a lost one. The names of fields that changed.
 */
export function dropForeignSignatures(document: JsonDocument): readonly string[] {
  if (!document.edited && !document.text.includes('hought')) return []; // most calls have none, in either spelling
  const { view } = document;
  const body = isJsonObject(view) ? view : {};
  let found = false;
  for (const [content, at] of objectElements(body, 'contents', []))
    for (const [part, path] of objectElements(content, 'parts', at)) {
      const key = fieldKey(part, 'thoughtSignature');
      if (key === undefined || !isForeign(part[key])) continue;
      if (fieldOf(part, 'functionCall') === undefined) document.removeKey([...path, key]);
      else document.replaceString([...path, key], placeholder);
      found = true;
    }
  return found ? ['contents.thoughtSignature'] : [];
}

function isForeign(signature: unknown): boolean {
  const opaque = readSignature(signature);
  return opaque !== undefined && opaque.dialect !== googleDialect;
}
