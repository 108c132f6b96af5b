import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A server that is measured, as a client sees it. */
export interface Contender {
  readonly name: string;
  readonly title: string;
  /** Its process; none for the mock upstream itself. */
  readonly file?: string;
  readonly args?: readonly string[];
  readonly path: string;
  /** What its clients speak. Default: chat. */
  readonly speaks?: 'chat' | 'messages';
  headers?(upstream: string): Readonly<Record<string, string>>;
  /** Not ours to keep working: it may be missing. */
  readonly isPeer?: boolean;
}

const apis = { chat: 'Chat Completions', messages: 'Messages' };

const gatewayPath = '/ai/v1/chat/completions';
const openaiPath = '/v1/chat/completions';

export const contenders = {
  direct: { name: 'direct', title: 'no gateway: the mock upstream itself', path: openaiPath },
  floor: { name: 'floor', title: 'node:http + undici dispatch, bytes relayed', file: 'gateways/floor.ts', path: openaiPath },
  least: { name: 'least', title: 'Express 5, the body parsed once, the floor behind it', file: 'gateways/least.ts', path: openaiPath },
  hpm: { name: 'hpm', title: 'Express 5 + http-proxy-middleware 4, pass-through', file: 'gateways/hpm.ts', path: openaiPath },
  gateway: { name: 'gateway', title: 'this gateway, no plugin', file: 'gateways/gateway.ts', path: gatewayPath },
  logging: { name: 'gateway-logging', title: 'this gateway, logging plugin', file: 'gateways/gateway-logging.ts', path: gatewayPath },
  portkey: {
    name: 'portkey',
    title: '@portkey-ai/gateway 1.15.2, no config',
    file: 'gateways/portkey.ts',
    path: openaiPath,
    headers: (upstream) => ({ 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${upstream}/v1` }),
    isPeer: true,
  },
} satisfies Record<string, Contender>;

const messagesHeaders = { 'anthropic-version': '2023-06-01' };

/** This gateway with clients of two formats at providers of two: two pass through, two are translated. */
export const formatContenders: readonly Contender[] = (
  [
    ['chat', 'chat', gatewayPath],
    ['chat', 'messages', gatewayPath],
    ['messages', 'messages', '/ai/v1/messages'],
    ['messages', 'chat', '/ai/v1/messages'],
  ] as const
).map(([client, provider, path]) => ({
  name: `${client}-${provider}`,
  title: `this gateway, a client of ${apis[client]} at a provider of ${apis[provider]}${client === provider ? '' : ', translated'}`,
  file: 'gateways/gateway-formats.ts',
  args: [provider],
  path,
  speaks: client,
  ...(client === 'messages' && { headers: () => messagesHeaders }),
}));

const care = {
  plain: 'round robin, nothing done about failures',
  resilient: 'round robin, as it comes',
  latency: 'lowestLatency, as it comes',
} as const;

/** This gateway with three targets of which one is unwell. */
export const unwellContenders: readonly Contender[] = (['failing', 'late'] as const).flatMap((ailment) =>
  (['plain', 'resilient', 'latency'] as const).map((how) => ({
    name: `${ailment}-${how}`,
    title: `this gateway, one of three targets ${ailment === 'late' ? 'half a second late' : 'answers 500'}: ${care[how]}`,
    file: 'gateways/gateway-unwell.ts',
    args: [ailment, how],
    path: gatewayPath,
  })),
);

/** This gateway without retries, breakers, recovery; the code around them stays. */
export const careless: Contender = {
  name: 'gateway-careless',
  title: 'this gateway, no plugin, retries, breaker and recovery off',
  file: 'gateways/gateway-careless.ts',
  path: gatewayPath,
};

/** This gateway with an alias of three targets: what a stream is kept for, and who else could be asked, costs as well. */
export const threefold: Contender = {
  name: 'gateway-threefold',
  title: 'this gateway, no plugin, three targets',
  file: 'gateways/gateway-threefold.ts',
  path: gatewayPath,
};

/** This gateway with so many plugins that do nothing. */
export function withPlugins(count: number): Contender {
  const title = count === 1 ? 'this gateway, 1 no-op plugin' : `this gateway, ${count} no-op plugins`;
  return { name: `plugins-${count}`, title, file: 'gateways/gateway-noop.ts', args: [String(count)], path: gatewayPath };
}

/** Whether the other gateways are installed (`npm ci --prefix bench/peers`). */
export function peersInstalled(): boolean {
  return existsSync(join(import.meta.dirname, 'peers/node_modules/@portkey-ai/gateway'));
}
