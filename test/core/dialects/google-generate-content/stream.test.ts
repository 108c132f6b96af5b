import { GoogleGenAI } from '@google/genai';
import { describe, expect, it } from 'vitest';
import { generateContentStream } from '../../../../core/src/dialects/google-generate-content/stream.ts';
import { parseFrameData } from '../../../../core/src/dialects/sse.ts';
import { gatewayError } from '../../../../core/src/errors.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';

const answer = { id: 'r1', model: 'm', text: 'Grüße 😀', usage: undefined, created: 1_700_000_000 };

/** What Google's own SDK reads from these bytes, and what it throws at their end. */
async function readBySdk(body: string): Promise<{ texts: string[]; thrown: unknown }> {
  const fetch = (): Promise<Response> =>
    Promise.resolve(new Response(body, { headers: { 'content-type': generateContentStream.contentType } }));
  const client = new GoogleGenAI({ apiKey: 'x', httpOptions: { baseUrl: 'http://127.0.0.1:9', fetch } });
  const texts: string[] = [];
  try {
    for await (const chunk of await client.models.generateContentStream({ model: 'm', contents: 'hi' })) texts.push(chunk.text ?? '');
  } catch (thrown) {
    return { texts, thrown };
  }
  return { texts, thrown: undefined };
}

const heard = `data: ${JSON.stringify({ candidates: [{ content: { role: 'model', parts: [{ text: 'heard' }] } }] })}\n\n`;

describe('generateContentStream', () => {
  it('Google’s SDK reads an answer of the gateway’s own, heartbeats between', async () => {
    const frames = generateContentStream.answerFrames(answer, true);
    const { heartbeat } = generateContentStream;
    expect(await readBySdk(heartbeat + frames.join(heartbeat) + heartbeat)).toEqual({ texts: ['Grüße 😀'], thrown: undefined });
  });

  it('Google’s SDK throws on the error frame, after what came before', async () => {
    const { texts, thrown } = await readBySdk(heard + generateContentStream.errorFrame(gatewayError('GW_UPSTREAM_TRUNCATED'), 'r'));
    expect(texts).toEqual(['heard']);
    expect(thrown).toMatchObject({ name: 'ApiError', status: 502 });
    expect(String(thrown)).toContain('GW_UPSTREAM_TRUNCATED');
  });

  it('an event’s name or a [DONE] would break that SDK: so there is neither', async () => {
    expect(await readBySdk(`event: message\n${heard}`)).toEqual({ texts: [], thrown: undefined });
    expect((await readBySdk(`${heard}data: [DONE]\n\n`)).thrown).toBeDefined();
    const { answerFrames, errorFrame } = generateContentStream;
    for (const frame of [...answerFrames(answer, true), errorFrame(gatewayError('GW_CLOSING'), 'r')])
      expect(frame).toMatch(/^data: \{[^\n]+\}\n\n$/);
  });
});

describe('errorFrame', () => {
  it('has the number without which the error would be an empty event', () => {
    expect(parseFrameData(generateContentStream.errorFrame(gatewayError('GW_UPSTREAM_TRUNCATED'), 'r'))).toMatchObject({
      error: { code: 502, status: 'UNAVAILABLE' },
    });
  });
});

describe('requestUsage, wantsUsage', () => {
  it('usage is in every event: nothing is to be asked for, nothing to be taken out', () => {
    const document = new JsonDocument('{"contents":[]}');
    expect(generateContentStream.requestUsage(document)).toBe(false);
    expect(document.edited).toBe(false);
    expect(generateContentStream.wantsUsage({})).toBe(true);
  });
});

describe('observe', () => {
  it('waits for as many candidates as the request asks for', () => {
    const request = { generation_config: { candidate_count: 2 } };
    const observer = generateContentStream.observe({ stripUsage: false, request });
    const frame = 'data: {"candidates":[{"finishReason":"STOP"}]}\n\n';
    observer.chunk(frame);
    observer.frame(0, frame.length);
    expect(observer.complete).toBe(false);
  });
});

describe('heartbeat', () => {
  it('is a comment, a frame of its own', () => {
    expect(generateContentStream.heartbeat).toMatch(/^:[^\n]*\n\n$/);
  });
});
