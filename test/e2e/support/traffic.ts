import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A request of a real client and a provider's real answer to it; of some only the answer was kept. */
export interface Recording {
  readonly id: string;
  readonly provider: string;
  readonly api: string;
  readonly path: string | null;
  readonly status: number;
  readonly request: { readonly json?: Readonly<Record<string, unknown>> } | null;
  readonly response: {
    readonly content_type: string;
    readonly json?: unknown;
    /** An event stream as it came. */
    readonly text?: string;
    /** Payloads of an event stream whose frames were not kept. */
    readonly chunks?: readonly string[];
  };
}

/** The recordings in a folder (`recordings.*.jsonl`); none when there is no such folder. */
export function recordingsIn(folder: string | undefined): Recording[] {
  if (folder === undefined || !existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^recordings\..*\.jsonl$/.test(name))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Recording);
}

const routes: Readonly<Record<string, string>> = { 'openai-chat': '/chat/completions', embeddings: '/embeddings' };

/** The gateway's path for a recording; `undefined` for formats that share a name with ours and nothing else. */
export function routeOf({ api, path }: Recording): string | undefined {
  const route = routes[api];
  if (route === undefined || (path !== null && !path.endsWith(route))) return undefined;
  return `/v1${route}`;
}

export function isStream({ response }: Recording): boolean {
  return response.json === undefined;
}

/** The answer's bytes as the provider sent them. */
export function answerText({ response }: Recording): string {
  if (response.json !== undefined) return JSON.stringify(response.json);
  return response.text ?? (response.chunks ?? []).map((payload) => `data: ${payload}\n\n`).join('');
}

/** The payloads of a stream that are JSON, read by this file's own few lines. */
export function payloadsOf(stream: string): Readonly<Record<string, unknown>>[] {
  return stream
    .split(/\r?\n\r?\n/)
    .map((frame) =>
      frame
        .split(/\r?\n/)
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).trimStart())
        .join('\n'),
    )
    .filter((data) => data.startsWith('{'))
    .map((data) => JSON.parse(data) as Readonly<Record<string, unknown>>);
}
