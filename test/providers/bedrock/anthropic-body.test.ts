import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bedrockAnthropic } from '../../../providers/bedrock/src/provider.ts';
import { prepared } from '../../core/providers/sent.ts';

const provider = bedrockAnthropic({ region: 'us-east-1', apiKey: 'k' });

function body(text: string, beta?: string): string {
  const clientHeaders = beta === undefined ? {} : { 'anthropic-beta': beta };
  return prepared(provider, text, { dialect: 'anthropic-messages', model: 'anthropic.claude', stream: true, clientHeaders });
}

const version = '"anthropic_version":"bedrock-2023-05-31"';

describe('a body for Anthropic on Bedrock', () => {
  it('has neither model nor stream, and the version in its place; the rest stays byte for byte', () => {
    expect(body('{ "max_tokens" : 1.0, "model":"x" ,"stream": true, "2":9007199254740993,"1":"\\u00e4\\/"}')).toBe(
      `{ "max_tokens" : 1.0, "2":9007199254740993,"1":"\\u00e4\\/",${version}}`,
    );
    expect(body('{"model":"x"}')).toBe(`{${version}}`);
    expect(body('{"messages":[]}')).toBe(`{"messages":[],${version}}`);
  });

  it.each([
    ['"bedrock-2024-01-01"', '"bedrock-2024-01-01"'],
    ['"2026-10-21"', '"bedrock-2023-05-31"'], // what Anthropic's own SDK for Bedrock says since 1.0
    ['"vertex-2023-10-16"', '"bedrock-2023-05-31"'],
    ['null', '"bedrock-2023-05-31"'],
    ['7', '"bedrock-2023-05-31"'],
  ])('with the version %s has %s', (given, sent) => {
    expect(body(`{"anthropic_version":${given},"messages":[]}`)).toBe(`{"anthropic_version":${sent},"messages":[]}`);
  });

  it('litellm#15299, #15335, #15700: has the betas of the header', () => {
    expect(body('{"messages":[]}', 'context-1m-2025-08-07, interleaved-thinking-2025-05-14')).toBe(
      `{"messages":[],${version},"anthropic_beta":["context-1m-2025-08-07","interleaved-thinking-2025-05-14"]}`,
    );
  });

  it('litellm#19373, #16561, #14623, claude-code#11672: has no beta that Bedrock does not know, wherever it stood', () => {
    expect(body('{"anthropic_beta":["nobody-knows-2026-01-01","context-1m-2025-08-07"]}', 'claude-code-20250219')).toBe(
      `{"anthropic_beta":["context-1m-2025-08-07"],${version}}`,
    );
    expect(body('{"anthropic_beta":["nobody-knows-2026-01-01"]}')).toBe(`{${version}}`);
    expect(body('{"anthropic_beta":7,"a":1}', '')).toBe(`{"a":1,${version}}`);
    expect(body('{"anthropic_beta":[null,{"x":1}]}')).toBe(`{${version}}`);
  });

  it('has each beta once, and those that the operator allows', () => {
    const allowed = bedrockAnthropic({ region: 'us-east-1', apiKey: 'k', betas: ['mine-2026-01-01'] });
    const text = prepared(allowed, '{"anthropic_beta":["mine-2026-01-01"]}', {
      dialect: 'anthropic-messages',
      clientHeaders: { 'anthropic-beta': 'mine-2026-01-01,mine-2026-01-01' },
    });
    expect(text).toBe(`{"anthropic_beta":["mine-2026-01-01"],${version}}`);
  });

  it('says by a beta what clients say by a field of each tool, which Bedrock refuses', () => {
    expect(body('{"tools":[{"name":"a","eager_input_streaming":true},{"eager_input_streaming":false},null,{"name":"b"}]}')).toBe(
      `{"tools":[{"name":"a"},{},null,{"name":"b"}],${version},"anthropic_beta":["fine-grained-tool-streaming-2025-05-14"]}`,
    );
    expect(body('{"tools":[{"name":"a","eager_input_streaming":false}]}')).toBe(`{"tools":[{"name":"a"}],${version}}`);
  });

  it('is never anything but JSON, and says everything else as before', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }), fc.string(), (given, beta) => {
        const sent = JSON.parse(body(JSON.stringify(given), beta)) as Record<string, unknown>;
        const own = ['model', 'stream', 'anthropic_version', 'anthropic_beta', 'tools'];
        const rest = (from: object) => Object.entries(from).filter(([key]) => !own.includes(key));
        expect(rest(sent)).toEqual(rest(JSON.parse(JSON.stringify(given)) as object));
        expect(sent.anthropic_version).toMatch(/^bedrock-/);
      }),
    );
  });
});
