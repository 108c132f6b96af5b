import type { JsonDocument } from '../../json/document.ts';
import { isJsonObject } from '../../model/json.ts';
import { fieldKey, fieldOf, objectElements } from '../google-fields.ts';
import { googleDialect, noSignature, readSignature } from './translate/signature.ts';

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
      else document.replaceString([...path, key], noSignature);
      found = true;
    }
  return found ? ['contents.thoughtSignature'] : [];
}

function isForeign(signature: unknown): boolean {
  const opaque = readSignature(signature);
  return opaque !== undefined && opaque.dialect !== googleDialect;
}
