import { contractCases } from '@express-ai-gateway/plugin-kit';
import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { aiGateway } from '../../../core/src/gateway.ts';
import { openai } from '../../../core/src/providers/openai/openai.ts';
import { provide } from '../../../core/src/services/container.ts';
import { Logger } from '../../../core/src/services/logger.ts';
import { webSocket } from '../../../plugins/websocket/src/plugin.ts';
import { listening } from '../../core/harness/loopback.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { recordingLogger } from '../../core/harness/recording-logger.ts';

describe('webSocket', () => {
  for (const { name, run } of contractCases({ plugin: webSocket })) it(name, run);
});

describe('a gateway with it', () => {
  leavesNothing();

  it('has the routes of what is let in, and no others', async () => {
    const dialectsOf = async (options: Parameters<typeof webSocket>[0]) => {
      const gateway = aiGateway({
        providers: [openai({ apiKey: 'sk-x' })],
        models: {},
        allowAnonymous: true,
        plugins: [webSocket(options)],
      });
      onTestFinished(() => gateway.close());
      return [...new Set(gateway.routes.filter(({ upgrade }) => upgrade !== undefined).map(({ dialect }) => dialect))];
    };
    expect(await dialectsOf({ realtime: false })).toEqual(['openai-responses']);
    expect(await dialectsOf({ responses: false })).toEqual(['openai-realtime']);
  });

  it('leads a client to its upstream over real sockets', async () => {
    const up = await listening(() => {});
    const wss = new WebSocketServer({ server: up });
    wss.on('connection', (socket) => socket.send('{"type":"session.created"}'));
    const gateway = aiGateway({
      providers: [openai({ apiKey: 'sk-x', baseUrl: `${up.url}/v1` })],
      models: { voice: 'openai/gpt-realtime' },
      allowAnonymous: true,
      services: [provide(Logger, recordingLogger())],
      plugins: [webSocket()],
    });
    const server = await listening(express().use('/ai', gateway));
    server.on('upgrade', gateway.upgrade);
    onTestFinished(async () => {
      for (const socket of wss.clients) socket.terminate();
      await gateway.close();
    });
    const client = new WebSocket(`${server.url.replace('http', 'ws')}/ai/v1/realtime?model=voice`);
    onTestFinished(() => client.terminate());
    const first = await new Promise((resolve, reject) => client.once('error', reject).once('message', (data) => resolve(String(data))));
    expect(first).toBe('{"type":"session.created"}');
  });
});
