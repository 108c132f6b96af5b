import type { IncomingHttpHeaders } from 'node:http';
import { expect } from 'vitest';
import { GatewayConfigError } from '../../../core/src/errors.ts';
import { JsonDocument } from '../../../core/src/json/document.ts';
import { isJsonObject } from '../../../core/src/model/json.ts';
import { setValue } from '../../../core/src/parsed-call.ts';
import type { HeaderPairs, PrepareAbout, Provider, ProviderHeader } from '../../../core/src/providers/provider.ts';
import { requestPath } from '../../../core/src/providers/provider-path.ts';
import { running, upstream } from '../harness/loopback.ts';

/** Header names and values, revealed. */
export function pairs(headers: readonly ProviderHeader[] | undefined): [string, string][] {
  return (headers ?? []).map(({ name, value }) => [name, value.reveal()]);
}

/** What each credential shows, by its name: headers that are always the same, and what it makes for a request. */
export async function credentials(provider: Provider): Promise<Record<string, HeaderPairs>> {
  const shown: Record<string, HeaderPairs> = {};
  for (const { name, headers, authorize } of provider.credentials) {
    const made = await authorize?.({ method: 'POST', origin: provider.origin, path: '/', headers: [], body: '{}' });
    shown[name] = [...pairs(headers), ...(made ?? [])];
  }
  return shown;
}

/** Where a call for a model goes, whole and streamed; `undefined` where the provider does not serve its format. */
export function addresses(
  provider: Provider,
  dialect: string,
  model: string,
): { readonly whole: string; readonly stream: string } | undefined {
  const path = provider.paths[dialect];
  if (path === undefined) return undefined;
  const at = (stream: boolean): string => provider.origin + requestPath(path, model, stream);
  return { whole: at(false), stream: at(true) };
}

/** A body as `prepare` leaves it. */
export function prepared(provider: Provider, text: string, about: Partial<PrepareAbout> = {}): string {
  const document = JsonDocument.lenient(text);
  const body = document.currentValue([]);
  provider.prepare?.(
    {
      body: isJsonObject(body) ? body : {},
      set: (path, value) => setValue(document, path, value),
      remove: (path) => document.removeKey(path),
    },
    { dialect: 'openai-chat', model: 'm', stream: false, clientHeaders: {}, ...about },
  );
  return document.toText();
}

/** The lines of what a factory says against its options, which must not hold any of the secrets. */
export function problems(make: () => unknown, secrets: readonly string[] = ['sk-secret-1']): string[] {
  try {
    make();
  } catch (error) {
    if (!(error instanceof GatewayConfigError)) throw error;
    for (const secret of secrets) expect(`${error.message}\n${error.stack}`).not.toContain(secret);
    return error.problems.map(({ path, expected, received }) => `${path}: expected ${expected}, received ${received}`);
  }
  throw new Error('it was accepted');
}

export interface Sent {
  /** With its query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** What the client got. */
  readonly status: number;
}

/** What really goes out for a client's request: through a gateway, to a server in the provider's place. */
export async function throughGateway(
  provider: Provider,
  path: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Sent> {
  let seen: Omit<Sent, 'status'> | undefined;
  const up = await upstream((req, res, text) => {
    seen = { url: req.url ?? '', headers: req.headers, body: text };
    res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  const elsewhere = Object.freeze({ ...provider, origin: up.url });
  const { url } = await running(up.url, { providers: [elsewhere], models: {} });
  const answer = await fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  await answer.text();
  if (seen === undefined) throw new Error(`nothing was sent; the client got ${answer.status}`);
  return { ...seen, status: answer.status };
}
