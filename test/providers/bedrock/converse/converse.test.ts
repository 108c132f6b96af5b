import { describe, expect, it } from 'vitest';
import { JsonDocument } from '../../../../core/src/json/document.ts';
import { bedrockConverse } from '../../../../providers/bedrock/src/converse/converse.ts';

describe('the format of Converse', () => {
  it('is spoken by no client, and says so', () => {
    const { chat, stream } = bedrockConverse;
    const clients = [
      () => bedrockConverse.readCall({}, { path: '/', parameter: undefined, query: '' }),
      () => bedrockConverse.errorBody(new Error('x') as never, 'id'),
      () => bedrockConverse.requestTexts({}),
      () => bedrockConverse.attachments({}),
      () => bedrockConverse.responseTexts({}),
      () => bedrockConverse.answerBody({} as never),
      () => chat?.decodeRequest({}, { model: 'm', stream: false }),
      () => chat?.encodeAnswer({} as never, {} as never),
      () => chat?.streamWriter({} as never),
      () => stream?.texts({}),
      () => stream?.ends({}, ''),
      () => stream?.saidOnce({}),
      () => stream?.answerFrames({} as never, true),
      () => stream?.wantsUsage({}),
      () => stream?.errorFrame({} as never, 'id'),
    ];
    for (const asClient of clients) expect(asClient).toThrow(/^No client speaks bedrock-converse to the gateway/);
    expect(bedrockConverse.routes).toEqual([]);
  });

  it('has no place for the model in its body, and reports usage unasked', () => {
    const document = JsonDocument.lenient('{"messages":[]}');
    bedrockConverse.setModel(document, 'm');
    expect(bedrockConverse.stream?.requestUsage(document)).toBe(false);
    expect(document.edited).toBe(false);
  });

  it('is read for what the gateway accounts by', () => {
    const body = { stopReason: 'end_turn', usage: { inputTokens: 1, outputTokens: 2 } };
    expect(bedrockConverse.finishReason(body)).toBe('end_turn');
    expect(bedrockConverse.usage(body)).toMatchObject({ input: 1, output: 2 });
    expect(bedrockConverse.stream?.observe({ stripUsage: false, request: {} }).done).toBe(false);
    expect(bedrockConverse.chat?.streamReader()).not.toBe(bedrockConverse.chat?.streamReader());
  });
});
