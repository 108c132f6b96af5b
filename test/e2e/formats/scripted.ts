import express from 'express';
import { onTestFinished } from 'vitest';
import type { GatewayConfig } from '../../../core/src/config.ts';
import { aiGateway, type Gateway } from '../../../core/src/gateway.ts';
import type { Settlement } from '../../../core/src/model/settlement.ts';
import { definePlugin } from '../../../core/src/plugin.ts';
import { provide } from '../../../core/src/services/container.ts';
import { Logger } from '../../../core/src/services/logger.ts';
import { listening } from '../../core/harness/loopback.ts';
import { recordingLogger } from '../../core/harness/recording-logger.ts';
import { triesOnce } from '../../core/harness/tries-once.ts';
import { type ByteRequest, type ByteUpstream, byteUpstream } from '../support/bytes.ts';
import { type ClientFormat, formats, providerOf } from './providers.ts';

// Providers whose every byte is the test's: what a simulation would never say, in each of the formats.

/** The stream of one answer of a text, in pieces: put together, they are what the format's inventor sends. */
export interface Script {
  /** Everything before the first text. */
  readonly begin: string;
  text(piece: string): string;
  /** Everything after the last; `said` is the text in whole. */
  end(said: string): string;
  /** An error in the middle of a stream. */
  readonly error: string;
}

/** The tokens that every script's end tells. */
export const scriptedUsage = { input: 11, output: 7 };

export function named(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}

export function unnamed(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

export function chatChunk(delta: object, finish: string | null = null, more: object = {}): string {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
  return unnamed({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_764_000_000, model: 'm', choices, ...more });
}

const chatUsage = { prompt_tokens: scriptedUsage.input, completion_tokens: scriptedUsage.output, total_tokens: 18 };

function response(status: string, output: readonly object[], usage: object | null): object {
  const rest = { object: 'response', created_at: 1_764_000_000, model: 'm', error: null, incomplete_details: null, instructions: null };
  return { response: { id: 'resp_1', status, output, usage, parallel_tool_calls: true, tool_choice: 'auto', tools: [], ...rest } };
}

export function geminiChunk(parts: readonly object[], more: object = {}, finish: object = {}): string {
  return unnamed({
    candidates: [{ content: { parts, role: 'model' }, index: 0, ...finish }],
    modelVersion: 'm',
    responseId: 'r1',
    ...more,
  });
}

const part = (text: string) => ({ type: 'output_text', text, annotations: [] });
const item = (status: string, content: readonly object[]) => ({ id: 'msg_1', type: 'message', role: 'assistant', status, content });

export const scripts: Readonly<Record<ClientFormat, Script>> = {
  'openai-chat': {
    begin: chatChunk({ role: 'assistant', content: '', refusal: null }),
    text: (content) => chatChunk({ content }),
    end: () =>
      `${chatChunk({}, 'stop')}${unnamed({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [], usage: chatUsage })}data: [DONE]\n\n`,
    error: unnamed({ error: { message: 'The server had an error at internal.example.', type: 'server_error', code: null } }),
  },
  'openai-responses': {
    begin: [
      named('response.created', { sequence_number: 0, ...response('in_progress', [], null) }),
      named('response.output_item.added', { sequence_number: 1, output_index: 0, item: item('in_progress', []) }),
      named('response.content_part.added', { sequence_number: 2, item_id: 'msg_1', output_index: 0, content_index: 0, part: part('') }),
    ].join(''),
    text: (delta) =>
      named('response.output_text.delta', { sequence_number: 3, item_id: 'msg_1', output_index: 0, content_index: 0, delta, logprobs: [] }),
    end(said) {
      const place = { item_id: 'msg_1', output_index: 0, content_index: 0 };
      const usage = {
        input_tokens: scriptedUsage.input,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: scriptedUsage.output,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 18,
      };
      const done = item('completed', [part(said)]);
      return [
        named('response.output_text.done', { sequence_number: 4, ...place, text: said, logprobs: [] }),
        named('response.content_part.done', { sequence_number: 5, ...place, part: part(said) }),
        named('response.output_item.done', { sequence_number: 6, output_index: 0, item: done }),
        named('response.completed', { sequence_number: 7, ...response('completed', [done], usage) }),
      ].join('');
    },
    error: named('error', { sequence_number: 4, code: 'server_error', message: 'An error at internal.example.', param: null }),
  },
  'anthropic-messages': {
    begin: anthropicBegin({ type: 'text', text: '' }),
    text: (text) => named('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
    end: () => anthropicEnd(0, 'end_turn'),
    error: named('error', { error: { type: 'overloaded_error', message: 'Overloaded at internal.example.' } }),
  },
  'google-generate-content': {
    begin: '',
    text: (text) => geminiChunk([{ text }]),
    end: () => geminiEnd([{ text: '' }]),
    error: unnamed({ error: { code: 503, message: 'Overloaded at internal.example.', status: 'UNAVAILABLE' } }),
  },
};

/** The beginning of a message, its first block open. */
export function anthropicBegin(block: object): string {
  const usage = { input_tokens: scriptedUsage.input, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 1 };
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  };
  return named('message_start', { message }) + named('content_block_start', { index: 0, content_block: block });
}

/** The end of a message whose last block is `index`. */
export function anthropicEnd(index: number, stop: string): string {
  return [
    named('content_block_stop', { index }),
    named('message_delta', { delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: scriptedUsage.output } }),
    named('message_stop', {}),
  ].join('');
}

export function geminiEnd(parts: readonly object[]): string {
  const usageMetadata = { promptTokenCount: scriptedUsage.input, candidatesTokenCount: scriptedUsage.output, totalTokenCount: 18 };
  return geminiChunk(parts, { usageMetadata }, { finishReason: 'STOP' });
}

/** A whole stream of these texts. */
export function scriptedStream(format: ClientFormat, ...texts: string[]): string {
  const { begin, text, end } = scripts[format];
  return begin + texts.map(text).join('') + end(texts.join(''));
}

/** What an upstream does with a request; gets the response to write. */
export type Answering = Parameters<typeof byteUpstream>[0];

/** Answers with a stream of these bytes. */
export function streaming(text: string): Answering {
  return (res) => void res.writeHead(200, { 'content-type': 'text/event-stream' }).end(text);
}

export function json(body: object | string, status = 200): Answering {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (res) => void res.writeHead(status, { 'content-type': 'application/json' }).end(text);
}

export interface ScriptedHost {
  /** The gateway's mount. */
  readonly origin: string;
  readonly upstream: ByteUpstream;
  readonly gateway: Gateway;
  /** How each exchange ended, oldest first. */
  readonly settlements: readonly Settlement[];
}

/** An app with a gateway in front of one server that is four providers, one for each format. */
export async function scriptedHost(answer: Answering, config: (url: string) => Partial<GatewayConfig> = () => ({})): Promise<ScriptedHost> {
  const upstream = await byteUpstream(answer);
  const settlements: Settlement[] = [];
  const watching = definePlugin({
    name: 'watching',
    create: () => ({
      onRequest(context) {
        context.onSettled((settlement) => void settlements.push(settlement));
      },
    }),
  });
  const { plugins = [], ...rest } = config(upstream.url);
  const gateway = aiGateway({
    providers: formats.map((format) => providerOf(format, upstream.url)),
    allowAnonymous: true,
    resilience: triesOnce,
    ...rest,
    plugins: [watching(), ...plugins],
    services: [provide(Logger, recordingLogger())],
  });
  onTestFinished(() => gateway.close());
  const { url } = await listening(express().use('/ai', gateway));
  return { origin: `${url}/ai`, upstream, gateway, settlements };
}

/** The body of a request as JSON. */
export function bodyOf(request: ByteRequest | undefined): Record<string, unknown> {
  return JSON.parse(request?.body.toString('utf8') ?? '{}') as Record<string, unknown>;
}

export function headerOf(request: ByteRequest | undefined, name: string): string | undefined {
  const at = request?.rawHeaders.findIndex((one, index) => index % 2 === 0 && one.toLowerCase() === name) ?? -1;
  return at === -1 ? undefined : request?.rawHeaders[at + 1];
}
