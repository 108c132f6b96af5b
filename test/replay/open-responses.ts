import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { aiGateway } from '../../core/src/gateway.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/src/model/json.ts';
import { defineProvider } from '../../core/src/providers/define-provider.ts';
import type { Provider } from '../../core/src/providers/provider.ts';
import { startSimulatedProvider } from '../contract/src/simulated-provider.ts';
import { dataOf, parsedAnswer } from './readings.ts';
import { anywhere, type SchemaCheck } from './schema-check.ts';
import { readStrictly } from './strict-readers.ts';
import type { Tally } from './tally.ts';

/** A case of the Open Responses compliance tests. */
export interface OpenResponsesCase {
  readonly id: string;
  readonly request: JsonObject;
  readonly checks: readonly string[];
}

/** Names that the formats' translators know. */
const models: Readonly<Record<string, string>> = {
  'openai-chat': 'gpt-5-mini',
  'anthropic-messages': 'claude-sonnet-4-5',
  'google-generate-content': 'gemini-3-flash',
};

const smallPng = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

/** Every case at `/v1/responses`, answered by a provider of each other format: its own passes as it is. */
export async function openResponses(cases: readonly OpenResponsesCase[], schemas: SchemaCheck | undefined, tally: Tally): Promise<void> {
  const provider = await startSimulatedProvider();
  const upstreams = upstreamsAt(provider.url.replace(/\/v1$/, ''));
  const gateway = aiGateway({ providers: upstreams, allowAnonymous: true });
  const server = express().use('/ai', gateway).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ai/v1/responses`;
  try {
    for (const { name } of upstreams)
      for (const one of cases) {
        const body = JSON.stringify({ model: `${name}/${models[name]}`, ...one.request })
          .replace('<any small png>', smallPng)
          .replace('San Francisco?', 'San Francisco? Use the tool.'); // the simulated model calls none on its own
        const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', connection: 'close' }, body });
        const text = await answer.text();
        tally.count(`open responses: by ${name}`);
        for (const problem of broken(one, answer.status, text, schemas))
          tally.problem(`open responses, by ${name}: ${anywhere(problem)}`, one.id, text);
      }
  } finally {
    server.close();
    server.closeAllConnections();
    await gateway.close();
    await provider.close();
  }
}

function upstreamsAt(baseUrl: string): Provider[] {
  const paths: Readonly<Record<string, Provider['paths'][string]>> = {
    'openai-chat': '/v1/chat/completions',
    'anthropic-messages': '/v1/messages',
    'google-generate-content': {
      whole: '/v1beta/models/{model}:generateContent',
      stream: '/v1beta/models/{model}:streamGenerateContent?alt=sse',
    },
  };
  const headers = { authorization: 'Bearer sk-operators-own', 'x-api-key': 'sk-operators-own', 'x-goog-api-key': 'sk-operators-own' };
  const version = { 'anthropic-messages': { 'anthropic-version': '2023-06-01' } };
  return Object.entries(paths).map(([format, path]) =>
    defineProvider({ name: format, baseUrl, paths: { [format]: path }, credentials: [{ headers }], dialectHeaders: version }),
  );
}

/** The checks of a case that its answer fails. */
function broken({ request, checks }: OpenResponsesCase, status: number, text: string, schemas: SchemaCheck | undefined): string[] {
  if (status !== 200) return [`status ${status}`];
  const stream = request.stream === true;
  const events = stream ? dataOf(text).filter(isJsonObject) : [];
  const last = events.at(-1)?.response;
  const response = stream ? (isJsonObject(last) ? last : {}) : (parsedAnswer(text) ?? {});
  const bySchema = [
    ...(schemas?.problems('openai-responses', 'answer', response) ?? []),
    ...events.flatMap((event) => schemas?.problems('openai-responses', 'event', event) ?? []),
    ...(stream ? readStrictly('openai-responses', text).problems : []),
  ];
  return [...new Set([...bySchema, ...checks.filter((check) => !holds(check, response, events, stream))])];
}

function holds(check: string, response: JsonObject, events: readonly JsonObject[], stream: boolean): boolean {
  const output = Array.isArray(response.output) ? (response.output as readonly JsonValue[]).filter(isJsonObject) : [];
  const hasEvent = (type: string, ofCall = false): boolean =>
    events.some((event) => event.type === type && (!ofCall || (isJsonObject(event.item) && event.item.type === 'function_call')));
  if (check.startsWith('schema:') || /schema$/.test(check)) return response.object === 'response'; // the rest is the schema's
  if (check === 'has_output') return output.length > 0;
  if (check === 'status=completed') return response.status === 'completed';
  if (check === 'sse_events>0') return stream && events.length > 0;
  if (check === 'output has item type function_call') return output.some(({ type }) => type === 'function_call');
  const [type = '', , kind] = check.split(' ');
  if (!type.startsWith('response.')) throw new TypeError(`no such check: ${check}`);
  return hasEvent(type, kind === 'function_call');
}
