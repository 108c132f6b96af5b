import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import type { JsonObject } from '../../core/src/model/json.ts';
import { argumentsOf, type Gist, gistOf } from './gist.ts';

// Answers that the gateway wrote, read by client libraries: no server, their `fetch` gives the answer.

/** Rejects with whatever the library says of the answer. */
export type LibraryReader = (answer: string, stream: boolean) => Promise<Gist>;

const apiKey = 'gw_of-the-client';

/** A `fetch` whose answer is known. */
function answering(answer: string, stream: boolean): typeof fetch {
  const headers = { 'content-type': stream ? 'text/event-stream' : 'application/json' };
  return () => Promise.resolve(new Response(answer, { headers }));
}

/** What the providers of the AI SDK have in common here. */
interface SdkModel {
  doGenerate(options: SdkCall): PromiseLike<{ readonly content: readonly object[] }>;
  doStream(options: SdkCall): PromiseLike<{ readonly stream: ReadableStream<object> }>;
}

type SdkCall = { readonly prompt: [{ role: 'user'; content: [{ type: 'text'; text: string }] }] };

const question: SdkCall = { prompt: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }] };

interface SdkPart {
  readonly type: string;
  readonly text?: string;
  readonly delta?: string;
  readonly toolName?: string;
  readonly input?: string;
  readonly error?: unknown;
}

function aiSdk(modelOf: (fetch: typeof globalThis.fetch) => SdkModel): LibraryReader {
  return async (answer, stream) => {
    const model = modelOf(answering(answer, stream));
    const parts: SdkPart[] = [];
    if (!stream) parts.push(...((await model.doGenerate(question)).content as SdkPart[]));
    else for await (const part of (await model.doStream(question)).stream) parts.push(part as SdkPart);
    const failed = parts.find(({ type }) => type === 'error');
    if (failed !== undefined) throw failed.error;
    const said = (type: string): string =>
      parts.map((part) => (part.type === type || part.type === `${type}-delta` ? (part.text ?? part.delta ?? '') : '')).join('');
    const calls = parts.filter(({ type }) => type === 'tool-call');
    return {
      text: said('text'),
      reasoning: said('reasoning'),
      calls: calls.map((call) => ({ name: call.toolName ?? '', arguments: argumentsOf(call.input) })),
    };
  };
}

/** By dialect: the libraries that read it, by name. */
export const libraryReaders: Readonly<Record<string, Readonly<Record<string, LibraryReader>>>> = {
  'openai-chat': {
    '@ai-sdk/openai': aiSdk((fetch) => createOpenAI({ apiKey, fetch }).chat('m')),
    openai: openaiChatReader,
  },
  'openai-responses': {
    '@ai-sdk/openai': aiSdk((fetch) => createOpenAI({ apiKey, fetch }).responses('m')),
    openai: openaiResponsesReader,
  },
  'anthropic-messages': {
    '@ai-sdk/anthropic': aiSdk((fetch) => createAnthropic({ apiKey, fetch })('m')),
    '@anthropic-ai/sdk': anthropicReader,
  },
  'google-generate-content': { '@ai-sdk/google': aiSdk((fetch) => createGoogleGenerativeAI({ apiKey, fetch })('m')) },
};

async function openaiChatReader(answer: string, stream: boolean): Promise<Gist> {
  const client = new OpenAI({ apiKey, fetch: answering(answer, stream), maxRetries: 0 });
  const messages = [{ role: 'user' as const, content: 'x' }];
  const completion = stream
    ? await client.chat.completions.stream({ model: 'm', messages }).finalChatCompletion()
    : await client.chat.completions.create({ model: 'm', messages });
  return gistOf('openai-chat', completion as unknown as JsonObject);
}

async function openaiResponsesReader(answer: string, stream: boolean): Promise<Gist> {
  const client = new OpenAI({ apiKey, fetch: answering(answer, stream), maxRetries: 0 });
  const response = stream
    ? await client.responses.stream({ model: 'm', input: 'x' }).finalResponse()
    : await client.responses.create({ model: 'm', input: 'x' });
  return gistOf('openai-responses', response as unknown as JsonObject);
}

async function anthropicReader(answer: string, stream: boolean): Promise<Gist> {
  const client = new Anthropic({ apiKey, fetch: answering(answer, stream), maxRetries: 0 });
  const call = { model: 'm', max_tokens: 9, messages: [{ role: 'user' as const, content: 'x' }] };
  const message = stream ? await client.messages.stream(call).finalMessage() : await client.messages.create(call);
  return gistOf('anthropic-messages', message as unknown as JsonObject);
}
