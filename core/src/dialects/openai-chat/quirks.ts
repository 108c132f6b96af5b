import type { JsonDocument } from '../../json/document.ts';
import { isJsonObject, type JsonValue } from '../../model/json.ts';
import type { TargetQuirks } from '../translation.ts';

const none: readonly string[] = [];

/**
 * Puts a client's own request in the words of a compatible provider: the same things under other names, spliced. Returns
 * the fields that the provider does not know, which are taken out and should be reported.
 */
export function applyChatQuirks(document: JsonDocument, quirks: TargetQuirks): readonly string[] {
  if (quirks.maxTokensField === 'max_tokens') renameLimit(document);
  if (quirks.developerRole === false) renameDevelopers(document);
  if (quirks.toolChoiceRequired === 'any' && document.currentValue(['tool_choice']) === 'required')
    document.replaceString(['tool_choice'], 'any');
  return quirks.unknownFields === undefined || quirks.unknownFields.length === 0 ? none : removeFields(document, quirks.unknownFields);
}

/** The newer name's value counts, as it does for us. */
function renameLimit(document: JsonDocument): void {
  const limit = document.currentValue(['max_completion_tokens']);
  if (limit === undefined) return;
  document.removeKey(['max_completion_tokens']);
  if (limit === null) return;
  if (document.has(['max_tokens'])) document.replaceValue(['max_tokens'], JSON.stringify(limit));
  else document.insertKey([], 'max_tokens', JSON.stringify(limit));
}

function renameDevelopers(document: JsonDocument): void {
  // In the view, unlike in the current value, messages keep their places when a plugin has removed one.
  const messages = isJsonObject(document.view) ? document.view.messages : undefined;
  if (!Array.isArray(messages)) return;
  for (const [index, message] of (messages as readonly JsonValue[]).entries())
    if (isJsonObject(message) && message.role === 'developer') document.replaceString(['messages', index, 'role'], 'system');
}

function removeFields(document: JsonDocument, fields: readonly string[]): readonly string[] {
  const removed = fields.filter((field) => document.has([field]));
  for (const field of removed) document.removeKey([field]);
  return removed;
}
