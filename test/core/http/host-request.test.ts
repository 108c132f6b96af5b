import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import { aiGateway } from '../../../core/src/gateway.ts';
import { hostRequest } from '../../../core/src/http/host-request.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { Models } from '../../../core/src/services/models.ts';
import { principal } from '../../../core/src/slot.ts';
import { listening, send, upstream } from '../harness/loopback.ts';
import { leavesNothing } from '../harness/nothing-left.ts';

leavesNothing();

describe('hostRequest', () => {
  it('is the app’s own request: what its middleware left there says who is calling', async () => {
    const seen: unknown[] = [];
    const host = definePlugin({
      name: 'host',
      provides: [principal],
      requires: [Models],
      create: (_options, { models }) => ({
        onRequest(context) {
          const user = hostRequest(context)?.user as { id: string } | undefined;
          if (user !== undefined) context.set(principal, { id: user.id, kind: 'user' });
        },
        async beforeRoute(context) {
          seen.push(context.get(principal)?.id);
          await models.call(context, { dialect: 'openai-chat', body: { model: 'chat', messages: [] } });
        },
      }),
    })();
    const looking = definePlugin({
      name: 'looking',
      create: () => ({ onRequest: (context) => void seen.push([context.parent !== undefined, hostRequest(context)?.url]) }),
    })();
    const gateway = aiGateway({
      providers: [openaiCompatible({ name: 'up', baseUrl: `${(await upstream()).url}/v1` })],
      models: { chat: 'up/m' },
      plugins: [looking, host],
    });
    onTestFinished(() => gateway.close());
    const app = express()
      .use((req, _res, next) => {
        if (req.headers.cookie === 'sid=1') Object.assign(req, { user: { id: 'ann' } });
        next();
      })
      .use('/ai', gateway);
    const { url } = await listening(app);
    const body = { model: 'chat', messages: [{ role: 'user', content: 'Hi' }] };
    expect((await send(`${url}/ai/v1/chat/completions`, body)).status).toBe(401);
    expect((await send(`${url}/ai/v1/chat/completions`, body, { headers: { cookie: 'sid=1' } })).status).toBe(200);
    expect(seen).toEqual([[false, '/v1/chat/completions'], [false, '/v1/chat/completions'], 'ann', [true, undefined]]);
  });

  it('is nothing for what is no context of a hook', () => {
    expect(hostRequest({} as never)).toBeUndefined();
  });
});
