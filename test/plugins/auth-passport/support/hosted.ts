import type { OutgoingHttpHeaders } from 'node:http';
import express, { type RequestHandler } from 'express';
import { onTestFinished } from 'vitest';
import type { GatewayPlugin } from '../../../../core/src/define-plugin.ts';
import { definePlugin } from '../../../../core/src/define-plugin.ts';
import { aiGateway } from '../../../../core/src/gateway.ts';
import type { Principal } from '../../../../core/src/model/principal.ts';
import { openaiCompatible } from '../../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { Clock } from '../../../../core/src/services/clock.ts';
import { provide } from '../../../../core/src/services/container.ts';
import { Logger } from '../../../../core/src/services/logger.ts';
import { principal } from '../../../../core/src/slot.ts';
import { listening, send, upstream } from '../../../core/harness/loopback.ts';
import { manualClock } from '../../../core/harness/manual-clock.ts';
import { recordingLogger } from '../../../core/harness/recording-logger.ts';

const question = { model: 'chat', messages: [{ role: 'user', content: 'Hi' }] };

/** A gateway with these authenticators in an app with this middleware before it. Calls go through the app; whoever was let in is noted. */
export async function hosted(plugins: readonly GatewayPlugin[], ...before: RequestHandler[]) {
  const provider = await upstream();
  const clock = manualClock(1_764_000_000_000);
  const logger = recordingLogger();
  const seen: (Principal | undefined)[] = [];
  const looking = definePlugin({ name: 'looking', create: () => ({ beforeRoute: (context) => void seen.push(context.get(principal)) }) })();
  const gateway = aiGateway({
    providers: [openaiCompatible({ name: 'up', baseUrl: `${provider.url}/v1` })],
    models: { chat: 'up/m' },
    plugins: [...plugins, looking],
    services: [provide(Logger, logger), provide(Clock, clock)],
  });
  const app = express();
  for (const middleware of before) app.use(middleware);
  const server = await listening(app.use('/ai', gateway));
  onTestFinished(() => gateway.close());
  const call = (headers: OutgoingHttpHeaders = {}) => send(`${server.url}/ai/v1/chat/completions`, question, { headers });
  return { url: server.url, seen, logger, clock, asked: provider.bodies, call };
}
