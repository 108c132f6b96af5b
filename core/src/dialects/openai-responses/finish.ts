import { isJsonObject, type JsonValue } from '../../model/json.ts';

/** How an answer ended: why it is incomplete, else its status. */
export function responsesFinish(answer: JsonValue | undefined): string | undefined {
  if (!isJsonObject(answer)) return undefined;
  const details = answer.incomplete_details;
  if (isJsonObject(details) && typeof details.reason === 'string' && details.reason !== '') return details.reason;
  return typeof answer.status === 'string' && answer.status !== '' ? answer.status : undefined;
}
