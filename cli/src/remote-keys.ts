import type { KeyManager, KeyView, NewlyMade } from '@express-ai-gateway/auth-keys';
import { Problem } from './problem.ts';

/** Of one request. Milliseconds. */
const timeoutMs = 15_000;

interface Answer {
  readonly error?: { readonly code: string; readonly message: string };
}

/** Keys of a running gateway, over its admin plane. `adminUrl`: `https://my.app/ai/admin`. */
export function remoteKeys(adminUrl: string, secret: string): KeyManager {
  checkUrl(adminUrl);

  async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers = {
      authorization: `Bearer ${secret}`,
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const request = {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    } as const;
    const answer = await fetch(`${adminUrl}${path}`, request).catch((error: unknown) => {
      throw new Problem(`The gateway at ${adminUrl} cannot be reached: ${reasonOf(error)}. Is it running, and is this its address?`);
    });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text) as T;
    throw new Problem(explained(answer.status, text, adminUrl));
  }

  const one = (id: string): string => `/keys/${encodeURIComponent(id)}`;
  return {
    create: (input) => ask<NewlyMade>('POST', '/keys', input),
    list({ tenant, after, limit }) {
      const query = new URLSearchParams({
        limit: String(limit),
        ...(tenant !== undefined && { tenant }),
        ...(after !== undefined && { after }),
      });
      return ask('GET', `/keys?${query}`);
    },
    get: (id) => ask<KeyView>('GET', one(id)),
    update: (id, changes) => ask<KeyView>('PATCH', one(id), changes),
    rotate: (id, input) => ask<NewlyMade>('POST', `${one(id)}/rotate`, input),
    revoke: (id) => ask<KeyView>('POST', `${one(id)}/revoke`, {}),
  };
}

/** A secret that opens the admin plane does not travel in the clear. */
function checkUrl(adminUrl: string): void {
  if (!URL.canParse(adminUrl) || !/^https?:$/.test(new URL(adminUrl).protocol))
    throw new Problem(`Expected the gateway's URL such as https://my.app/ai, received ${JSON.stringify(adminUrl)}.`);
  const { protocol, hostname } = new URL(adminUrl);
  if (protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname))
    throw new Problem(`${adminUrl} is not https: the admin secret would travel in the clear. Use https, or a tunnel to loopback.`);
}

function explained(status: number, text: string, adminUrl: string): string {
  const error = errorOf(text);
  if (status === 401) return 'The gateway refuses the admin secret. ADMIN_SECRET must be the one that its plugin admin has.';
  if (status === 404 && !error?.code.startsWith('KEY_'))
    return `There are no API keys at ${adminUrl}/keys. The gateway must list the plugins admin (with a secret) and auth-keys, and this must be its address.`;
  if (error !== undefined) return `${error.message} (${error.code})`;
  return `${adminUrl} answered with status ${status}, and not as a gateway does. Is this its address?`;
}

function errorOf(text: string): Answer['error'] {
  try {
    return (JSON.parse(text) as Answer).error;
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error && cause.message !== '' ? cause.message : message;
}
