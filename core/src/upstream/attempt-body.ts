import type { AnswerLimit } from '../dialects/dialect.ts';
import type { Exchange } from '../exchange.ts';
import { JsonDocument } from '../json/document.ts';
import { isJsonObject, type JsonEdit, type JsonObject } from '../model/json.ts';
import { setValue } from '../parsed-call.ts';
import type { ResolvedTarget } from './router.ts';
import type { TranslatedRequest } from './translated-request.ts';

/** What the body of an attempt is made of. */
interface AttemptBody {
  readonly exchange: Exchange;
  readonly target: ResolvedTarget;
  /** The call in the target's words; `undefined` where they are the client's. */
  readonly translated: TranslatedRequest | undefined;
  readonly edits: readonly JsonEdit[];
}

/** The body of an attempt in its target's words, with what plugins set in it; the provider's own details are not in it yet. */
export function attemptDocument({ exchange, translated, edits }: AttemptBody): JsonDocument {
  const document =
    translated === undefined ? exchange.requireCall().document.fork() : JsonDocument.lenient(JSON.stringify(translated.body));
  for (const { path, value } of edits) setValue(document, path, value);
  return document;
}

/** How long the answers may be that an attempt asks for; `undefined` where nobody knows. */
export function attemptAnswerLimit(attempt: AttemptBody): AnswerLimit | undefined {
  const { dialect, provider } = attempt.target;
  return dialect.answerLimit?.(bodyOf(attempt), provider.quirks);
}

/** Bytes of the body of an attempt. */
export function attemptByteLength(attempt: AttemptBody): number {
  const call = attempt.exchange.requireCall();
  if (attempt.translated === undefined && attempt.edits.length === 0 && !call.document.edited) return call.byteLength;
  return Buffer.byteLength(attemptDocument(attempt).toText());
}

function bodyOf(attempt: AttemptBody): JsonObject {
  if (attempt.translated !== undefined && attempt.edits.length === 0) return attempt.translated.body;
  const body = attemptDocument(attempt).currentValue([]);
  return isJsonObject(body) ? body : {};
}
