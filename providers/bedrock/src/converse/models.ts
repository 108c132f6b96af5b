import { type ModelTraits, modelTraits } from '@express-ai-gateway/core/provider';

// What the models behind Converse take of it, by their ids (`eu.anthropic.claude-…`, `amazon.nova-…`, or the ARN of one).
// Sources beside each; unknown models are taken to know what Converse itself says, and answer 400 for what they do not.

export interface BedrockModel {
  /** What is known of Claude; `claude` is false for others. */
  readonly traits: ModelTraits;
  /** Can be held to a schema by `outputConfig`. */
  readonly structuredOutput: boolean;
  /** Can be held to a tool's schema. */
  readonly strictTools: boolean;
  /** Knows the `status` of a tool's result (API reference, ToolResultBlock: Nova, Claude 3 and 4). */
  readonly resultStatus: boolean;
  /** Takes ids of calls of nine letters and digits only (AI SDK 5, normalize-tool-call-id.ts). */
  readonly shortIds: boolean;
  readonly temperature: boolean;
  readonly topP: boolean;
  /** Where it takes top_k, which Converse has no place for, in `additionalModelRequestFields`. */
  readonly topK: 'top_k' | 'inferenceConfig.topK' | undefined;
  readonly stop: boolean;
  /** How it is told to reason. */
  readonly reasoning: 'thinking' | 'reasoning_effort' | 'reasoningConfig' | undefined;
}

/** Vendors whose open models can be held to a schema (AWS, "Get validated JSON results from models"). */
const structuredVendors = /(?:^|[./])(?:qwen|deepseek|mistral|google|nvidia|minimax|moonshot|moonshotai|openai|zai)\./;

/** Refuse `strict` on Bedrock (AI SDK 5, amazon-bedrock-anthropic-model-support.ts); `outputConfig` is AWS's own. */
const refusesStrict = /claude-(?:opus-4-[78]|opus-5|sonnet-5|fable-5)/;

export function bedrockModel(id: string): BedrockModel {
  const traits = modelTraits(id);
  const nova = id.includes('amazon.nova');
  const openai = /(?:^|[./])openai\./.test(id);
  const gptOss = openai && id.includes('gpt-oss');
  return {
    traits,
    structuredOutput: traits.claude ? traits.structuredOutput : structuredVendors.test(id),
    strictTools: traits.claude && traits.structuredOutput && !refusesStrict.test(id),
    resultStatus: traits.claude || nova,
    shortIds: /(?:^|[./])mistral\./.test(id),
    temperature: !openai || gptOss,
    topP: !openai || gptOss,
    topK: traits.claude ? 'top_k' : nova ? 'inferenceConfig.topK' : undefined,
    stop: !openai,
    reasoning: traits.claude ? 'thinking' : gptOss ? 'reasoning_effort' : id.includes('amazon.nova-2') ? 'reasoningConfig' : undefined,
  };
}
