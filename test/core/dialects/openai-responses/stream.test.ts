import { describe, expect, it } from 'vitest';
import { ResponsesStreamObserver } from '../../../../core/src/dialects/openai-responses/observe.ts';
import { responsesStream } from '../../../../core/src/dialects/openai-responses/stream.ts';
import { parseFrameData } from '../../../../core/src/dialects/sse.ts';
import { gatewayError } from '../../../../core/src/errors.ts';
import { JsonDocument } from '../../../../core/src/json/document.ts';

describe('usage', () => {
  it('comes without asking: nothing is added to the request, and nothing is to be taken out', () => {
    const document = new JsonDocument('{"stream_options":{"include_obfuscation":false}}');
    expect(responsesStream.requestUsage(document)).toBe(false);
    expect(document.edited).toBe(false);
    expect(responsesStream.wantsUsage({})).toBe(true);
  });
});

describe('observe', () => {
  it('watches each stream on its own', () => {
    const one = responsesStream.observe({ stripUsage: true, request: {} });
    expect(one).toBeInstanceOf(ResponsesStreamObserver);
    expect(responsesStream.observe({ stripUsage: true, request: {} })).not.toBe(one);
  });
});

describe('errorFrame', () => {
  it('is one event by name and type, with every member that clients require, and no clean end', () => {
    const frame = responsesStream.errorFrame(gatewayError('GW_UPSTREAM_TRUNCATED'), 'req_1');
    expect(frame).toMatch(/^event: error\ndata: [^\n]+\n\n$/);
    expect(parseFrameData(frame)).toEqual({
      type: 'error',
      code: 'GW_UPSTREAM_TRUNCATED',
      message: expect.stringContaining('broke off') as string,
      param: null,
      sequence_number: 0,
      request_id: 'req_1',
    });
  });
});

describe('heartbeat', () => {
  it('is a comment, a frame of its own', () => {
    expect(responsesStream.heartbeat).toMatch(/^:[^\n]*\n\n$/);
  });
});
