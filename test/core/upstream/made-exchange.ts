import { openaiChat } from '../../../core/src/dialects/openai-chat/openai-chat.ts';
import { Exchange } from '../../../core/src/exchange.ts';
import { InProcessInbound } from '../../../core/src/in-process.ts';
import type { Target } from '../../../core/src/model/target.ts';
import { parseCall } from '../../../core/src/parsed-call.ts';
import type { Credential, Provider } from '../../../core/src/providers/provider.ts';
import { type Clock, systemClock } from '../../../core/src/services/clock.ts';
import type { Addressed } from '../../../core/src/upstream/along-targets.ts';
import type { Try } from '../../../core/src/upstream/attempt.ts';
import { type ResolvedTarget, Router } from '../../../core/src/upstream/router.ts';
import { anywhere } from '../harness/address.ts';
import { type RecordingLogger, recordingLogger } from '../harness/recording-logger.ts';

export interface MadeExchange {
  readonly exchange: Exchange;
  readonly router: Router;
  readonly logger: RecordingLogger;
  /** The exchange's targets as the router resolves them. */
  readonly targets: readonly ResolvedTarget[];
}

export interface MadeExchangeOptions {
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
}

/** A chat exchange that has come as far as the upstream: parsed, with a target at each provider. */
export function madeExchange(providers: readonly Provider[], options: MadeExchangeOptions = {}): MadeExchange {
  const logger = recordingLogger();
  const targetNames = providers.map(({ name }) => `${name}/m`);
  const router = new Router(providers, { chat: targetNames, m: targetNames });
  const text = typeof options.body === 'string' ? options.body : JSON.stringify({ ...question, ...options.body });
  const bytes = Buffer.from(text);
  const inbound = new InProcessInbound('POST', '/v1/chat/completions', options.headers ?? {}, bytes);
  const exchange = new Exchange({ clock: options.clock ?? systemClock(), logger, router }, inbound, openaiChat);
  exchange.bodyBytes = bytes;
  exchange.call = parseCall(openaiChat, anywhere, bytes, text, { depth: 64, values: 10_000, keys: 1_000 });
  exchange.targets = router.candidates(exchange.call.model, 'openai-chat');
  const targets = exchange.targets.flatMap((target) => router.ways(target, openaiChat));
  return { exchange, router, logger, targets };
}

/** The first try of an exchange at a target, in the client's own words. */
export function firstTry(exchange: Exchange, target: ResolvedTarget): Try {
  return {
    exchange,
    target,
    kind: 'first',
    credential: target.provider.credentials[0] as Credential,
    translated: undefined,
    scope: exchange,
  };
}

/** The same before a credential was chosen; another target may be asked unless it is said otherwise. */
export function addressed(exchange: Exchange, target: ResolvedTarget, own: Partial<Addressed> = {}): Addressed {
  return { exchange, target, kind: 'first', translated: undefined, scope: exchange, another: true, lastResort: false, ...own };
}

/** A target that no provider of the gateway has. */
export const strangeTarget: Target = { id: 'strange/m', provider: 'strange', model: 'm' };

const question = { model: 'chat', messages: [{ role: 'user', content: 'Hello' }] };
