import { gatewayError } from '../errors.ts';
import type { JsonDocument } from '../json/document.ts';
import { isJsonObject } from '../model/json.ts';
import { setValue } from '../parsed-call.ts';
import { passedHeaders } from '../providers/passed-headers.ts';
import type { Credential } from '../providers/provider.ts';
import { checkedHeaders } from '../providers/provider-headers.ts';
import { requestPath } from '../providers/provider-path.ts';
import { within } from '../within.ts';
import type { Attempt } from './attempt.ts';
import { attemptDocument } from './attempt-body.ts';
import { clientHeaders, requestHeaders } from './headers.ts';

/** What goes out for one attempt. */
export interface Outgoing {
  readonly origin: string;
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: Buffer | string;
  /** The stream will hold usage that the client did not ask for. */
  readonly stripUsage: boolean;
}

/** The request of an attempt: the client's own bytes unless something has to change. */
export function outgoing(attempt: Attempt): Outgoing | Promise<Outgoing> {
  const { exchange, target: resolved, credential } = attempt;
  const call = exchange.requireCall();
  const { provider, target, dialect } = resolved;
  const picked = sameDialectHeaders(attempt);
  const passed = passedHeaders(provider, dialect.id, picked);
  for (const name of lostValues(picked, passed)) attempt.dropped.push(name);
  const { document, stripUsage } = preparedBody(attempt, picked);
  const request = {
    origin: provider.origin,
    path: requestPath(provider.paths[dialect.id] as string, target.model, call.stream),
    headers: requestHeaders(
      provider,
      dialect.id,
      passed,
      call.stream ? (provider.framing?.contentType ?? 'text/event-stream') : 'application/json',
    ),
    body: bodyOf(document, (attempt.translated ?? call.adopted) ? undefined : exchange.bodyBytes, call.stream),
    stripUsage,
  };
  for (const { name, value } of credential.headers) request.headers.push(name, value.reveal());
  return credential.authorize === undefined ? request : authorized(attempt, request, credential.authorize);
}

/** Headers of which the provider does not take all values: the client is told. One of which it takes none stands elsewhere (a body). */
function lostValues(picked: Readonly<Record<string, string>>, passed: Readonly<Record<string, string>>): string[] {
  if (picked === passed) return noNames;
  return Object.keys(picked).filter(
    (name) => passed[name] !== undefined && passed[name]?.split(',').length !== picked[name]?.split(',').length,
  );
}

const noNames: string[] = [];

/** What the client says to its own dialect is nothing to another's provider. */
function sameDialectHeaders({ exchange, translated, target: { dialect } }: Attempt): Readonly<Record<string, string>> {
  return translated === undefined ? clientHeaders(dialect.clientHeaders, exchange.inbound.headers) : {};
}

/** The attempt's body with its edits: plugins', the model's name, what the provider wants otherwise. */
function preparedBody(
  attempt: Attempt,
  picked: Readonly<Record<string, string>>,
): { readonly document: JsonDocument; readonly stripUsage: boolean } {
  const { exchange, target: resolved, translated, dropped } = attempt;
  const call = exchange.requireCall();
  const { provider, target, dialect } = resolved;
  const document = attemptDocument(attempt);
  // Also where a plugin wrote another model into the body: targets are chosen by `targets`.
  if (target.model !== call.model || document.edited) dialect.setModel(document, target.model);
  if (translated === undefined) {
    dropped.push(...(dialect.dropForeign?.(document) ?? noNames));
    dropped.push(...(dialect.applyQuirks?.(document, provider.quirks) ?? noNames));
  }
  const asks = call.stream && provider.quirks.streamUsage && (dialect.stream?.requestUsage(document) ?? false);
  provider.prepare?.(editorOf(document), { dialect: dialect.id, model: target.model, stream: call.stream, clientHeaders: picked });
  // A translated stream is read for its usage and written anew.
  return { document, stripUsage: asks && translated === undefined };
}

function editorOf(document: JsonDocument): Parameters<NonNullable<Attempt['target']['provider']['prepare']>>[0] {
  const body = document.currentValue([]);
  return {
    body: isJsonObject(body) ? body : {},
    set: (path, value) => setValue(document, path, value),
    remove: (path) => document.removeKey(path),
  };
}

function bodyOf(document: JsonDocument, original: Buffer | undefined, stream: boolean): Buffer | string {
  if (original !== undefined && !document.edited) return original;
  const text = document.toText();
  return stream ? ownBytes(text) : text;
}

/** Held as long as an answer streams, a slice of the pool that Node makes bytes of texts in would keep the whole slab. */
function ownBytes(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}

/** With the headers that depend on the request itself. */
async function authorized(attempt: Attempt, request: Outgoing, authorize: NonNullable<Credential['authorize']>): Promise<Outgoing> {
  const pairs: [string, string][] = [];
  for (let at = 0; at < request.headers.length; at += 2) pairs.push([request.headers[at] as string, request.headers[at + 1] as string]);
  const { origin, path, body } = request;
  const leaving = new AbortController();
  let stopWatching = (): void => {};
  // One who left waits for no token.
  const left = new Promise<never>((_resolve, reject) => {
    stopWatching = attempt.scope.onAbort((reason) => {
      leaving.abort(reason);
      reject(reason);
    });
  });
  try {
    const made = (async () => authorize({ method: 'POST', origin, path, headers: pairs, body, signal: leaving.signal }))();
    const added = checkedHeaders(await Promise.race([within(authorizeMs, made), left]));
    for (const [, value] of added) attempt.shown.push(value);
    return { ...request, headers: [...request.headers, ...added.flat()] };
  } catch (cause) {
    if (attempt.scope.stopped !== undefined) throw attempt.scope.stopped;
    // The caller of the gateway has no part in how the gateway proves itself, and must not read of it.
    throw gatewayError('GW_UPSTREAM_AUTH', { cause, headers: { 'x-should-retry': 'false' } });
  } finally {
    stopWatching();
  }
}

/** Milliseconds for a credential that has to be made or fetched. */
const authorizeMs = 10_000;
