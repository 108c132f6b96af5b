// Starts the example on a free port in front of the simulated provider and asks it as each agent does. Ends with an error when
// an answer is not what that agent needs.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startSimulatedProvider } from '@express-ai-gateway/plugin-kit/simulated-provider';
import type { AgentRequest } from './agents/agent-request.ts';
import { claudeCode, listModels, probe } from './agents/claude-code.ts';
import { codex } from './agents/codex.ts';
import { geminiCli } from './agents/gemini-cli.ts';
import { makeApp } from './app.ts';
import { backendsFrom, simulatedBackends } from './backends.ts';
import { configurations } from './configurations.ts';

const key = 'gw_of-the-agent';
const text = 'Say 🙂 in "/work dir/".';
const echo = '[simulated] You said:';

const provider = await startSimulatedProvider();
const { app, gateway } = makeApp(simulatedBackends(provider.url));
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
try {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ai`;
  await claudeCodeWorks(url);
  await codexWorks(`${url}/v1`);
  await geminiCliWorks(url);

  for (const { text: configuration } of configurations(url)) assert.ok(configuration.includes(url), 'a configuration leads here');
  const real = backendsFrom({ ANTHROPIC_API_KEY: 'sk-1', GEMINI_API_KEY: 'sk-2' });
  assert.deepEqual(real?.models['claude-sonnet-4-5'], ['anthropic/claude-sonnet-4-5', 'google/gemini-3-flash']);
  assert.deepEqual(real?.models['gpt-5-codex'], ['anthropic/claude-sonnet-4-5', 'google/gemini-3-flash']);
  console.log('Claude Code, Codex CLI and Gemini CLI are each answered in their own format.');
} finally {
  await gateway.close();
  server.close();
  server.closeAllConnections();
  await provider.close();
}

async function claudeCodeWorks(url: string): Promise<void> {
  assert.equal((await asked(url, probe)).status, 200);
  const models = JSON.parse((await asked(url, listModels(key))).text) as { readonly data: readonly { readonly id: string }[] };
  assert.ok(models.data.some(({ id }) => id === 'claude-sonnet-4-5'));

  const answer = await asked(url, claudeCode({ key, model: 'claude-sonnet-4-5', text }));
  assert.equal(answer.status, 200, answer.text);
  const events = [...answer.text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name);
  assert.equal(events[0], 'message_start');
  assert.deepEqual(events.slice(-3), ['content_block_stop', 'message_delta', 'message_stop']);
  assert.ok(said(answer.text, 'content_block_delta').includes(echo));
}

async function codexWorks(url: string): Promise<void> {
  const answer = await asked(url, codex({ key, model: 'gpt-5-codex', text, ownTools: false }));
  assert.equal(answer.status, 200, answer.text);
  const events = [...answer.text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name);
  assert.equal(events[0], 'response.created');
  assert.ok(events.includes('response.output_item.added') && events.includes('response.output_item.done'));
  assert.equal(events.at(-1), 'response.completed');
  assert.ok(said(answer.text, 'response.output_text.delta').includes(`${echo} ${text}`));
}

async function geminiCliWorks(url: string): Promise<void> {
  const answer = await asked(url, geminiCli({ key, model: 'gemini-3-flash', text }));
  assert.equal(answer.status, 200, answer.text);
  assert.doesNotMatch(answer.text, /^event:|\[DONE\]/m);
  assert.match(answer.text, /"finishReason":"STOP"/);
  assert.ok(said(answer.text, '').includes(`${echo} ${text}`));
}

async function asked(
  url: string,
  { method, path, headers, body }: AgentRequest,
): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(`${url}${path}`, { method, headers, ...(body !== undefined && { body }) });
  return { status: answer.status, text: await answer.text() };
}

/** The texts of a stream's events of this type, joined. */
function said(stream: string, type: string): string {
  const payloads = stream.split('\n').flatMap((line) => (line.startsWith('data: ') ? [JSON.parse(line.slice(6)) as Json] : []));
  return payloads
    .filter((payload) => type === '' || payload.type === type)
    .map(textOf)
    .join('');
}

type Json = Readonly<Record<string, unknown>>;

function textOf(payload: Json): string {
  const { delta, candidates } = payload as {
    readonly delta?: string | { readonly text?: string };
    readonly candidates?: readonly Candidate[];
  };
  if (typeof delta === 'string') return delta;
  const parts = candidates?.[0]?.content?.parts ?? [];
  return delta?.text ?? parts.map((part) => (part.thought === true ? '' : (part.text ?? ''))).join('');
}

interface Candidate {
  readonly content?: { readonly parts?: readonly { readonly text?: string; readonly thought?: boolean }[] };
}
