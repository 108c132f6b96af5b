import type { JsonObject } from '../../model/json.ts';
import type { CallAddress, CallFacts } from '../dialect.ts';
import { badField } from '../fields.ts';
import { refuseTwoSpellings } from '../google-fields.ts';
import { requestFacts } from '../google-request.ts';
import { googleModel } from '../google-routes.ts';

/** Reads what the gateway decides by; the path says which model, and whether to stream. */
export function readCall(body: JsonObject, address: CallAddress): CallFacts {
  const model = googleModel(address);
  const stream = address.path.endsWith(':streamGenerateContent');
  if (stream) requireEvents(address.query);
  refuseTwoSpellings(body);
  return { model, stream, ...requestFacts(body, model) };
}

/** Without it Google streams one long JSON array (RubyLLM asks so); that is no event stream, and not spoken here. */
function requireEvents(query: string): void {
  const parameters = new URLSearchParams(query);
  const alt = parameters.get('alt') ?? parameters.get('$alt');
  if (alt !== 'sse') badField('alt', '"sse": add ?alt=sse to the URL of :streamGenerateContent', alt ?? undefined);
}
