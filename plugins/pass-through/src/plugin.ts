import {
  type Carried,
  checkedHeaders,
  definePlugin,
  type Handoff,
  type Provider,
  type Proxied,
  principal,
  providerRefusal,
  type Transfer,
} from '@express-ai-gateway/core/plugin';
import { refuseBatches } from './batches.ts';
import { credentialFor } from './credential.ts';
import { requestHeaders, responseHeaders, textOf } from './headers.ts';
import { passThroughOptions, type Rule } from './options.ts';
import { pathsOf, readElsewhere } from './paths.ts';
import { type ProxyTo, proxyTo } from './proxy.ts';
import { withoutCredentials } from './query.ts';
import { refusal } from './refusals.ts';

/** Bytes and milliseconds for the words of an error: its status says most of it. */
const wordsBytes = 64 * 1024;
const wordsMs = 1_000;

/** Raw paths of a provider, below `/<provider>`: carried unread, with the gateway's credential, never the client's. */
export const passThrough = definePlugin({
  name: 'pass-through',
  options: passThroughOptions,
  create: ({ allow, maxBodyBytes, timeouts, batches }) => {
    const proxies = new Map<string, ProxyTo>();
    const proxyOf = ({ origin }: Provider): ProxyTo => {
      const proxy = proxies.get(origin) ?? proxyTo(origin);
      proxies.set(origin, proxy);
      return proxy;
    };
    return {
      handoffs: allow.map((rule) => ({ ...handoff(rule, proxyOf(rule.provider), batches), maxBodyBytes, timeouts: given(timeouts) })),
      dispose: () => {
        for (const proxy of proxies.values()) proxy.close();
      },
      explain: () => 'carries what its operator allows by path; reads nothing of it',
    };
  },
});

function handoff({ provider, methods, paths }: Rule, { middleware }: ProxyTo, batches: 'refuse' | 'allow'): Handoff {
  const mount = `/${provider.name}`;
  const isRead = readElsewhere(provider);
  const target = Object.freeze({ id: `${provider.name}/*`, provider: provider.name, model: '*' });
  return {
    name: `pass-through:${provider.name}`,
    routes: paths.flatMap(pathsOf).map((path) => ({ methods, path: mount + path })),
    errors: errorsOf(provider),
    target: () => target,
    async carry(transfer) {
      const path = transfer.path.slice(mount.length);
      if (isRead(path)) throw refusal('PASS_THROUGH_READ_ELSEWHERE');
      const { method, context } = transfer;
      const contentType = textOf(context.headers['content-type'] as string | undefined);
      const inspector = batches === 'refuse' ? refuseBatches({ method, path, contentType, provider }) : undefined;
      const query = withoutCredentials(transfer.query);
      const address = query === '' ? path : `${path}?${query}`;
      const { headers, shown } = await headOf(transfer, provider, address);
      const answer = await transfer.through(middleware, { method, path: address, headers, ...(inspector && { inspector }) });
      return carriedFrom(answer, provider, shown);
    },
  };
}

/** The dialect in whose words the provider's clients expect errors. */
function errorsOf({ paths }: Provider): string {
  return (
    Object.keys(paths).find((dialect) => /^(?:openai-chat|anthropic-messages|google-generate-content)$/.test(dialect)) ?? 'openai-chat'
  );
}

/** The head of a request, and the secrets made for it alone. */
interface Head {
  readonly headers: Record<string, string>;
  readonly shown: readonly string[];
}

/** Tokens are made or fetched here. A signature over the body cannot be: the body is still on its way. */
async function headOf({ context, method }: Transfer, provider: Provider, path: string): Promise<Head> {
  const credential = credentialFor(provider, context.get(principal)?.id ?? '');
  const headers = requestHeaders(context.headers, provider, credential);
  if (credential.authorize === undefined) return { headers, shown: [] };
  try {
    const request = { method, origin: provider.origin, path, headers: Object.entries(headers), body: '' };
    const pairs = checkedHeaders(await credential.authorize(request));
    return { headers: { ...headers, ...Object.fromEntries(pairs) }, shown: pairs.map(([, value]) => value) };
  } catch (cause) {
    // The caller of the gateway has no part in how the gateway proves itself, and must not read of it.
    throw refusal('PASS_THROUGH_CREDENTIAL', cause);
  }
}

/** The answer for the client. Errors are told as for every call: the provider's words only where they are about the request. */
async function carriedFrom(answer: Proxied, provider: Provider, shown: readonly string[]): Promise<Carried> {
  const { status, headers, body } = answer;
  if (status >= 400) throw providerRefusal({ status, headers, words: await answer.words(wordsBytes, wordsMs), provider, shown });
  if (status >= 300) throw refusal('PASS_THROUGH_REDIRECT');
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw refusal('PASS_THROUGH_ENCODED');
  if (headers['x-goog-upload-url'] !== undefined) throw refusal('PASS_THROUGH_UPLOAD_URL');
  const length = Number(textOf(headers['content-length']) ?? Number.NaN);
  return {
    status,
    headers: responseHeaders(headers),
    contentType: textOf(headers['content-type']),
    contentLength: Number.isSafeInteger(length) && length >= 0 ? length : undefined,
    body,
  };
}

function given(timeouts: { readonly [limit: string]: number | undefined }): Record<string, number> {
  return Object.fromEntries(Object.entries(timeouts).filter((pair): pair is [string, number] => pair[1] !== undefined));
}
