import { dialects } from '../dialects/all.ts';
import { type CallDialect, isCallDialect } from '../dialects/dialect.ts';
import { openaiChat } from '../dialects/openai-chat/openai-chat.ts';
import type { GatewayError } from '../errors.ts';
import type { Proxied } from '../http/proxied.ts';
import type { Provider } from '../providers/provider.ts';
import { refusal } from '../upstream/upstream-errors.ts';

/** What a provider refused, with as much of its words as was read. */
export interface Refused {
  readonly status: number;
  readonly headers: Proxied['headers'];
  readonly words: Buffer;
  readonly provider: Provider;
  /** Credentials that were made for this request: its words may repeat them. */
  readonly shown: readonly string[];
}

/**
 * A provider's error status as an error for the client, as for every call: 400, 404, 413 and 422 with its words, without what
 * is the operator's; everything else in ours.
 */
export function providerRefusal({ status, headers, words, provider, shown }: Refused): GatewayError {
  const target = { id: `${provider.name}/*`, provider: provider.name, model: '*' };
  return refusal(status, headers, words, { target, provider, dialect: dialectOf(provider) }, { shown });
}

function dialectOf({ paths }: Provider): CallDialect {
  return dialects.filter(isCallDialect).find(({ id }) => paths[id] !== undefined) ?? openaiChat;
}
