import { describe, expect, it } from 'vitest';
import { bedrockModel } from '../../../../providers/bedrock/src/converse/models.ts';

describe('what a model of Bedrock takes', () => {
  it.each([
    [
      'anthropic.claude-3-haiku-20240307-v1:0',
      { structuredOutput: false, strictTools: false, resultStatus: true, topK: 'top_k', reasoning: 'thinking' },
    ],
    ['eu.anthropic.claude-sonnet-4-5-20250929-v1:0', { structuredOutput: true, strictTools: true, stop: true }],
    ['us.anthropic.claude-opus-4-7', { structuredOutput: true, strictTools: false }],
    ['us.anthropic.claude-sonnet-5', { strictTools: false }],
    ['amazon.nova-lite-v1:0', { structuredOutput: false, resultStatus: true, topK: 'inferenceConfig.topK', reasoning: undefined }],
    ['us.amazon.nova-2-lite-v1:0', { reasoning: 'reasoningConfig' }],
    ['qwen.qwen3-32b-v1:0', { structuredOutput: true, resultStatus: false, topK: undefined, shortIds: false }],
    ['mistral.mistral-large-3-675b-instruct', { structuredOutput: true, shortIds: true }],
    ['us.mistral.pixtral-large-2502-v1:0', { shortIds: true }],
    ['openai.gpt-oss-120b-1:0', { stop: false, temperature: true, topP: true, reasoning: 'reasoning_effort' }],
    ['us.openai.gpt-5-5', { stop: false, temperature: false, topP: false, reasoning: undefined }],
    ['meta.llama4-maverick-17b-instruct-v1:0', { structuredOutput: false, resultStatus: false, stop: true, temperature: true }],
    ['arn:aws:bedrock:us-east-1:1:foundation-model/openai.gpt-oss-20b-1:0', { stop: false }],
    ['arn:aws:bedrock:us-east-1:1:application-inference-profile/abc', { structuredOutput: false, reasoning: undefined, stop: true }],
  ])('%s', (id, expected) => {
    expect(bedrockModel(id)).toMatchObject(expected);
  });
});
