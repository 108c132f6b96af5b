import { cappedNames } from '../capped-names.ts';
import type { CallDialect } from '../dialects/dialect.ts';
import { isJsonObject, type JsonObject } from '../model/json.ts';
import type { NeutralLoss } from '../model/neutral.ts';
import type { ParsedCall } from '../parsed-call.ts';
import type { ModelCatalog } from '../services/model-catalog.ts';
import type { ResolvedTarget } from './router.ts';

/** A call in another dialect's words. */
export interface TranslatedRequest {
  readonly body: JsonObject;
  /** Fields of the client's that the other dialect has no place for: the answer may differ a little. */
  readonly dropped: readonly string[];
}

/** A call that the other dialect cannot say without losing a restriction or a meaning. */
export interface Untranslatable {
  /** The client's fields that stand in the way. */
  readonly refused: readonly string[];
}

/** The call as the target's dialect says it; plugins' edits are in it. */
export function translateRequest(
  call: ParsedCall,
  { target, provider, dialect }: ResolvedTarget,
  catalog: ModelCatalog,
): TranslatedRequest | Untranslatable {
  const from = translationOf(call.format);
  const edited = call.document.currentValue([]);
  const request = from.decodeRequest(isJsonObject(edited) ? edited : {}, { model: target.model, stream: call.stream });
  const encoded = translationOf(dialect).encodeRequest(request.value, {
    model: target.model,
    maxOutputTokens: catalog.facts(target)?.maxOutputTokens,
    quirks: provider.quirks,
  });
  const losses = [...request.losses, ...encoded.losses.map((loss: NeutralLoss) => ({ ...loss, field: from.fieldNames[loss.field] }))];
  const named = (level: 'drop' | 'refuse'): string[] =>
    cappedNames(losses.filter((loss) => loss.level === level).map(({ field }) => field));
  const refused = named('refuse');
  return refused.length > 0 ? { refused } : { body: encoded.value, dropped: named('drop') };
}

/** How a dialect is translated; whoever asks knows that it is. */
export function translationOf(dialect: CallDialect): NonNullable<CallDialect['chat']> {
  if (dialect.chat === undefined) throw new TypeError(`The dialect ${dialect.id} is not translated.`);
  return dialect.chat;
}
