import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';
import { messagesStream } from '../../../../core/src/dialects/anthropic-messages/stream.ts';
import { gatewayError } from '../../../../core/src/errors.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';
import { close, finish, open, say, start, stop } from './streams.ts';

/** What Anthropic's SDK makes of a stream: its events, and the error that it throws. */
async function throughSdk(body: string): Promise<{ types: string[]; error: unknown }> {
  const fetch = async (): Promise<Response> => new Response(body, { headers: { 'content-type': messagesStream.contentType } });
  const client = new Anthropic({ apiKey: 'k', baseURL: 'http://127.0.0.1:9', maxRetries: 0, fetch });
  const types: string[] = [];
  try {
    const call = { model: 'm', max_tokens: 1, messages: [{ role: 'user' as const, content: 'x' }], stream: true as const };
    for await (const event of await client.messages.create(call)) types.push(event.type);
  } catch (error) {
    return { types, error };
  }
  return { types, error: undefined };
}

describe('messagesStream', () => {
  it('reports usage without being asked, so that there is nothing to take out again', () => {
    const document = new JsonDocument('{"model":"m"}');
    expect(messagesStream.requestUsage(document)).toBe(false);
    expect(document.edited).toBe(false);
    expect(messagesStream.wantsUsage({})).toBe(true);
  });

  it('every stream has an observer of its own', () => {
    const options = { stripUsage: false, request: {} };
    expect(messagesStream.observe(options)).not.toBe(messagesStream.observe(options));
  });
});

describe('errorFrame', () => {
  it('is one event that the SDK throws, and no clean end', async () => {
    const frame = messagesStream.errorFrame(gatewayError('GW_UPSTREAM_TRUNCATED'), 'r');
    expect(frame).toMatch(/^event: error\ndata: [^\n]+\n\n$/);
    const { types, error } = await throughSdk(start() + open({ type: 'text', text: '' }) + say('a') + frame);
    expect(types).toEqual(['message_start', 'content_block_start', 'content_block_delta']);
    expect(error).toBeInstanceOf(Anthropic.APIError);
    expect(error).toMatchObject({ type: 'api_error', errorCode: 'GW_UPSTREAM_TRUNCATED' });
  });
});

describe('heartbeat', () => {
  it('is a comment, a frame of its own, that the SDK does not show', async () => {
    expect(messagesStream.heartbeat).toMatch(/^:[^\n]*\n\n$/);
    const beat = messagesStream.heartbeat;
    const frames = [start(), open({ type: 'text', text: '' }), say('a'), close(), finish('end_turn'), stop];
    expect(await throughSdk(beat + frames.join(beat))).toEqual(await throughSdk(frames.join('')));
  });
});
