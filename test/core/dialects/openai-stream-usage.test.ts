import { describe, expect, it } from 'vitest';
import { requestUsage, wantsUsage } from '../../../core/src/dialects/openai-stream-usage.ts';
import { JsonDocument } from '../../../core/src/json/document.ts';
import type { JsonObject } from '../../../core/src/model/json.ts';

function asked(text: string): { text: string; added: boolean; wanted: boolean } {
  const document = JsonDocument.lenient(text);
  const wanted = wantsUsage(document.value as JsonObject);
  const added = requestUsage(document);
  return { text: document.toText(), added, wanted };
}

describe('usage of streams', () => {
  it('that the client asked for is not asked for again', () => {
    const text = '{ "n":1.0, "stream_options":{"include_usage":true} }';
    expect(asked(text)).toEqual({ text, added: false, wanted: true });
  });

  it.each([
    ['{ "n":1.0 }', '{ "n":1.0,"stream_options":{"include_usage":true} }'],
    ['{"stream_options":{"x":1.0}}', '{"stream_options":{"x":1.0,"include_usage":true}}'],
    ['{"stream_options":{"include_usage":false}}', '{"stream_options":{"include_usage":true}}'],
    ['{"stream_options":null}', '{"stream_options":{"include_usage":true}}'],
    ['{"stream_options":"x"}', '{"stream_options":{"include_usage":true}}'],
  ])('is asked for in %s; what stands around stays byte-exact', (text, sent) => {
    expect(asked(text)).toEqual({ text: sent, added: true, wanted: false });
  });
});
