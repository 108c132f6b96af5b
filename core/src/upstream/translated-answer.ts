import { BytesBody } from '../dialects/json-body.ts';
import { eventsOf } from '../dialects/sse-event.ts';
import type { AnswerAbout } from '../dialects/translation.ts';
import { gatewayError } from '../errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import type { Attempt } from './attempt.ts';
import type { KeptItems } from './kept-items.ts';
import type { StreamTranslationOptions } from './sse-body.ts';
import { StreamTranslation } from './stream-translation.ts';
import { translationOf } from './translated-request.ts';

/** A provider's whole answer in the client's dialect. */
export function translatedBody(attempt: Attempt, received: BytesBody): BytesBody {
  const { format } = attempt.exchange.requireCall();
  const json = received.parsed;
  if (!isJsonObject(json)) throw gatewayError('GW_UPSTREAM_BAD_RESPONSE', { details: { what: 'a body that is not a JSON object' } });
  const answer = translationOf(attempt.target.dialect).decodeAnswer(json);
  return new BytesBody(Buffer.from(JSON.stringify(translationOf(format).encodeAnswer(answer, aboutAnswer(attempt)))), format);
}

/** The way of a provider's stream into the client's dialect. */
export function streamTranslation(attempt: Attempt, items: KeptItems, maxBytes: number): StreamTranslationOptions {
  const { format } = attempt.exchange.requireCall();
  const { dialect } = attempt.target;
  const from = dialect.stream;
  const to = format.stream;
  if (from === undefined || to === undefined) throw new TypeError(`A stream of ${dialect.id} for ${format.id} has no translation.`);
  const { streamedAnswer } = format;
  const onEnd = (last: Buffer): void => {
    const events = eventsOf(last, to).flatMap(({ json }) => json ?? []);
    keepItems(attempt, streamedAnswer?.(events), items);
  };
  const stages = new StreamTranslation(
    from,
    translationOf(dialect).streamReader(),
    translationOf(format).streamWriter(aboutAnswer(attempt)),
    streamedAnswer && onEnd,
  );
  return { stages, to, maxBytes };
}

/** What a later request may refer to of this answer. */
export function keepItems({ exchange }: Attempt, answer: JsonValue | undefined, items: KeptItems): void {
  if (answer !== undefined) items.keep(exchange, exchange.requireCall().format, answer);
}

function aboutAnswer({ exchange, target }: Attempt): AnswerAbout {
  const call = exchange.requireCall();
  const request = call.document.value as JsonObject; // parseCall takes nothing else
  return {
    id: exchange.id.replaceAll('-', ''),
    created: Math.floor(exchange.clock.now() / 1000),
    model: target.target.model,
    withUsage: call.format.stream?.wantsUsage(request) ?? false,
    request,
  };
}
