import type { GatewayConfig } from '../../../core/src/config.ts';
import { definePlugin, type GatewayPlugin } from '../../../core/src/define-plugin.ts';
import type { Principal } from '../../../core/src/model/principal.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { principal } from '../../../core/src/slot.ts';
import { answerWhole, type Running, running, type Upstream, upstream } from '../../core/harness/loopback.ts';

export interface Several extends Running {
  /** The providers that were asked, in order. */
  readonly asked: string[];
  readonly bodies: readonly string[];
}

/** A gateway with several providers; the alias `chat` leads to the model `m` of each. `answers` by provider. */
export async function several(
  names: readonly string[],
  config: Partial<GatewayConfig> = {},
  answers: Readonly<Record<string, Upstream>> = {},
): Promise<Several> {
  const asked: string[] = [];
  const up = await upstream((req, res, body) => {
    const name = req.url?.split('/')[1] ?? '';
    asked.push(name);
    return (answers[name] ?? answerWhole(`from ${name}`))(req, res, body);
  });
  const providers = names.map((name) => openaiCompatible({ name, baseUrl: `${up.url}/${name}/v1`, apiKey: 'sk-operators-own' }));
  const gateway = await running(up.url, { providers, models: { chat: names.map((name) => `${name}/m`) as [string] }, ...config });
  return Object.assign(gateway, { asked, bodies: up.bodies });
}

/** A failure that another target may not have, and that no retry at the same one would mend. */
export const failing: Upstream = (_req, res) => {
  res.writeHead(401, { 'content-type': 'application/json' });
  res.end('{"error":{"message":"no such key"}}');
};

/** An authenticator that takes everybody for this caller. */
export function knowing(who: Principal): GatewayPlugin {
  return definePlugin({
    name: 'auth-keys',
    provides: [principal],
    create: () => ({ onRequest: (context) => context.set(principal, who) }),
  })();
}
