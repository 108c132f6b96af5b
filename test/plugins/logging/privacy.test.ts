import { winstonLogger } from '@express-ai-gateway/logging';
import { describe, expect, it } from 'vitest';
import winston from 'winston';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import { GatewayError } from '../../../core/src/errors.ts';
import { provide } from '../../../core/src/services/container.ts';
import { Logger } from '../../../core/src/services/logger.ts';
import { chunk, doneFrame, lastChunk, send, type Upstream, upstream } from '../../core/harness/loopback.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { collecting, leaveInStream, linesIn, logged } from './lines.ts';

leavesNothing();

/** Everything that must stay between the client and the provider; each in the form in which it really comes. */
const secret = {
  bearer: 'sk-proj-Canary0bearer0A1b2C3d4E5f6',
  gatewayKey: 'gw_live_Canary0gateway0key0987654321',
  googleKey: 'AIzaCanary0query0key0123456789abcdef',
  cookie: 'session=canary-cookie-5f2c',
  forwarded: '203.0.113.77',
  prompt: 'canary prompt: my diagnosis is not for your log',
  system: 'canary system prompt: the secret recipe',
  toolDefinition: 'canary tool that wires money',
  toolArguments: 'canary-iban-DE89370400440532013000',
  toolResult: 'canary tool result: balance 12345',
  user: 'canary.user@example.com',
  answer: 'canary answer: the patient should rest',
  answerArguments: 'canary-argument-of-the-model',
  upstreamError: 'canary upstream text: org-Canary123 at https://internal.canary.example',
  upstreamHeader: 'canary-upstream-header',
  operatorsKey: 'sk-operators-own', // of the harness's provider
};

const body = {
  model: 'chat',
  user: secret.user,
  messages: [
    { role: 'system', content: secret.system },
    { role: 'user', content: [{ type: 'text', text: secret.prompt }] },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'pay', arguments: JSON.stringify({ iban: secret.toolArguments }) } },
      ],
    },
    { role: 'tool', tool_call_id: 'call_1', content: secret.toolResult },
  ],
  tools: [{ type: 'function', function: { name: 'pay', description: secret.toolDefinition, parameters: { type: 'object' } } }],
  metadata: { note: secret.prompt },
};

const headers = {
  authorization: `Bearer ${secret.bearer}`,
  'x-api-key': secret.gatewayKey,
  cookie: secret.cookie,
  'x-forwarded-for': secret.forwarded,
};

const message = {
  role: 'assistant',
  content: secret.answer,
  tool_calls: [{ id: 'call_2', type: 'function', function: { name: 'pay', arguments: JSON.stringify({ iban: secret.answerArguments }) } }],
};
const completion = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message, finish_reason: 'tool_calls' }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5, note: secret.answer },
});
const errorEvent = `data: ${JSON.stringify({ error: { message: secret.upstreamError, type: 'server_error', code: null } })}\n\n`;

const whole =
  (status: number, text: string, type = 'application/json'): Upstream =>
  (_req, res) => {
    res.writeHead(status, { 'content-type': type, 'x-note': secret.upstreamHeader });
    res.end(text);
  };
const failing = (status: number): Upstream =>
  whole(status, JSON.stringify({ error: { message: secret.upstreamError, code: secret.upstreamError } }));
const streaming =
  (...frames: string[]): Upstream =>
  (_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream', 'x-note': secret.upstreamHeader });
    res.write(frames.join(''));
  };
const ended =
  (...frames: string[]): Upstream =>
  (_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.end(frames.join(''));
  };

interface Case {
  readonly name: string;
  readonly outcome: string;
  readonly upstream: Upstream;
  readonly stream?: boolean;
  readonly leaves?: boolean;
  readonly plugin?: 'refuses' | 'fails';
}

const cases: readonly Case[] = [
  { name: 'a whole answer', outcome: 'completed', upstream: whole(200, completion) },
  { name: 'a stream', outcome: 'completed', stream: true, upstream: ended(chunk(secret.answer), lastChunk, doneFrame) },
  { name: 'a refusal of the upstream', outcome: 'completed', upstream: failing(400) },
  { name: 'a refused credential', outcome: 'failed', upstream: failing(401) },
  { name: 'a failure of the upstream', outcome: 'failed', upstream: failing(500) },
  { name: 'an answer that is not JSON', outcome: 'failed', upstream: whole(200, `<html>${secret.answer}`, 'text/html') },
  { name: 'an error in the stream', outcome: 'failed', stream: true, upstream: ended(chunk(secret.answer), errorEvent) },
  { name: 'an event that is not JSON', outcome: 'failed', stream: true, upstream: ended(`data: {"x":"${secret.answer}\n\n`.repeat(4)) },
  { name: 'a client that leaves', outcome: 'aborted', leaves: true, upstream: streaming(chunk(secret.answer)) },
  { name: 'a plugin that refuses', outcome: 'completed', plugin: 'refuses', upstream: whole(200, completion) },
  { name: 'a plugin that fails', outcome: 'failed', plugin: 'fails', upstream: whole(200, completion) },
];

const refusing = definePlugin({
  name: 'refusing',
  create: () => ({
    beforeRoute: ({ call }) => {
      throw new GatewayError({ status: 400, code: 'POLICY', message: `Not allowed: ${JSON.stringify(call.body)}` });
    },
  }),
});
const faulty = definePlugin({
  name: 'faulty',
  create: () => ({
    beforeRoute: () => {
      throw new Error('no payload in here: that would be the plugin’s own leak');
    },
  }),
});
const pluginsOf = ({ plugin }: Case) => (plugin === 'refuses' ? [refusing()] : plugin === 'fails' ? [faulty()] : []);

describe('no text, header or credential reaches a line', () => {
  it.each(cases)('after $name', async (one) => {
    const own = collecting();
    const service = winstonLogger(winston.createLogger({ level: 'debug', transports: [own.transport] }));
    const up = await upstream(one.upstream);
    const { url, lines } = await logged(up.url, { services: [provide(Logger, service)], plugins: pluginsOf(one) });
    const path = `${url}/v1/chat/completions?key=${secret.googleKey}`;
    if (one.leaves) await leaveInStream(url, headers);
    else await send(path, { ...body, ...(one.stream && { stream: true }) }, { headers });

    const written = await lines();
    expect(written).toMatchObject([{ outcome: one.outcome }]);
    const text = JSON.stringify(written) + own.text;
    expect(linesIn(own.text).length).toBeGreaterThan(0); // the gateway's own lines, to the decision at level debug
    for (const [name, words] of Object.entries(secret)) expect(text.includes(words), `${name} in ${text}`).toBe(false);
  });

  it('and the words would be seen if they did', async () => {
    const up = await upstream(whole(200, completion));
    const { url, lines } = await logged(up.url, {}, { fields: ({ settlement }) => ({ usage2: JSON.stringify(settlement.usage?.raw) }) });
    const answer = await send(`${url}/v1/chat/completions`, body, { headers });
    expect(answer.text).toContain(secret.answer);
    expect(up.bodies[0]).toContain(secret.prompt);
    expect(JSON.stringify(await lines())).toContain(secret.answer);
  });
});
