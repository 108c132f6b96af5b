import { gatewayError } from './errors.ts';
import type { Inbound } from './inbound.ts';

/** Headers of which a second copy could be read by somebody else than the first. */
const single: ReadonlySet<string> = new Set([
  'authorization',
  'x-api-key',
  'x-goog-api-key',
  'api-key',
  'host',
  'content-type',
  'content-encoding',
]);

/** Refuses what two readers could read differently, and bodies that the gateway would not understand. */
export function checkHead({ rawHeaders, headers }: Inbound, withBody: boolean): void {
  let seen: string[] | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const raw = rawHeaders[index] as string;
    if (raw.length > 16) continue; // longer than any of them
    const name = raw.toLowerCase();
    if (!single.has(name)) continue;
    if (seen?.includes(name)) throw gatewayError('GW_DUPLICATE_HEADER', { details: { header: name } });
    seen ??= [];
    seen.push(name);
  }
  if (!withBody) return;
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    throw gatewayError('GW_UNSUPPORTED_ENCODING', { details: { received: shown(encoding) } });
  const type = headers['content-type'];
  if (typeof type !== 'string' || !isJsonType(type))
    throw gatewayError('GW_UNSUPPORTED_MEDIA_TYPE', { details: { received: type === undefined ? 'missing' : shown(type) } });
}

/** Exactly JSON in UTF-8: spellings that some parsers take and others do not are refused. */
function isJsonType(type: string): boolean {
  return type === 'application/json' || /^application\/json *(?:; *charset=(?:utf-8|"utf-8") *)?$/i.test(type);
}

function shown(value: string | readonly string[]): string {
  return JSON.stringify(String(value).slice(0, 100));
}
