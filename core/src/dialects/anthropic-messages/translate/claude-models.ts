// What Claude's models take and refuse, by version. Sources: AI SDK 7 (`@ai-sdk/anthropic` 4.0.105, anthropic-model-catalog.ts),
// for what it has no row for the issue named beside it. Unknown, newer models are treated like the newest.

/** What an encoder must know of a model. */
export interface ModelTraits {
  readonly claude: boolean;
  /** `undefined`: unknown. */
  readonly maxOutputTokens: number | undefined;
  /** Takes temperature, top_p and top_k; Claude's takes one of the first two at a time (BerriAI/litellm#15097). */
  readonly sampling: boolean;
  /** How much it thinks is its own decision, led by an effort. */
  readonly adaptiveThinking: boolean;
  /** Takes a budget for thinking. */
  readonly thinkingBudget: boolean;
  /** Knows the effort `xhigh`. */
  readonly xhighEffort: boolean;
  /** Thinks when nothing is said about it. */
  readonly thinksByDefault: boolean;
  /** The least thinking that it can be told to do. `always`: it cannot be told. */
  readonly leastThinking: 'none' | 'between_tools' | 'always';
  /** Can be told that it must call a tool. */
  readonly forcedTools: boolean;
  /** Can be held to a schema: `output_config.format` and strict tools. */
  readonly structuredOutput: boolean;
  /** Goes on with a last turn of the assistant's; others answer with a 400 (vercel/ai#12296, langchain-ai/deepagents#1585). */
  readonly prefill: boolean;
}

/** Other vendors' models behind this format; what they cannot do, their providers' quirks say. */
const others: ModelTraits = {
  claude: false,
  maxOutputTokens: undefined,
  sampling: true,
  adaptiveThinking: false,
  thinkingBudget: true,
  xhighEffort: false,
  thinksByDefault: false,
  leastThinking: 'none',
  forcedTools: true,
  structuredOutput: true,
  prefill: true,
};

const oldest: ModelTraits = { ...others, claude: true, maxOutputTokens: 4096, thinkingBudget: false, structuredOutput: false };

interface Change {
  /** 4.6 is 406. */
  readonly since: number;
  /** Default: every family. `newer`: families that came after Haiku, Sonnet and Opus (Fable). */
  readonly family?: 'haiku' | 'sonnet' | 'opus' | 'newer';
  readonly traits: Partial<ModelTraits>;
}

/** In order: what a version changed stays so for those after it. */
const changes: readonly Change[] = [
  { since: 305, traits: { maxOutputTokens: 8192 } },
  { since: 307, traits: { maxOutputTokens: 64_000, thinkingBudget: true } },
  { since: 400, family: 'opus', traits: { maxOutputTokens: 32_000 } },
  { since: 401, family: 'opus', traits: { structuredOutput: true } },
  { since: 405, traits: { maxOutputTokens: 64_000, structuredOutput: true } },
  { since: 406, traits: { maxOutputTokens: 128_000, adaptiveThinking: true, prefill: false } },
  // Budgets: google/adk-docs#2241.
  { since: 407, traits: { sampling: false, xhighEffort: true, thinkingBudget: false } },
  { since: 500, traits: { thinksByDefault: true } },
  { since: 500, family: 'newer', traits: { leastThinking: 'always' } },
  { since: 501, family: 'newer', traits: { forcedTools: false } },
  { since: 505, family: 'opus', traits: { leastThinking: 'always', forcedTools: false } },
  { since: 505, family: 'sonnet', traits: { leastThinking: 'between_tools', forcedTools: false } },
];

export function modelTraits(model: string): ModelTraits {
  const claude = claudeModel(model);
  if (claude === undefined) return others;
  let traits = oldest;
  for (const { since, family, traits: changed } of changes)
    if (claude.version >= since && (family === undefined || family === claude.family)) traits = { ...traits, ...changed };
  return traits;
}

interface ClaudeModel {
  readonly family: Change['family'];
  readonly version: number;
}

/** `claude-opus-4-5-20251101`, also as `us.anthropic.claude-opus-4-5-20251101-v1:0`, `claude-opus-4-5@20251101`, `anthropic/claude-opus-4.5`. */
const byFamily = /claude-([a-z]+)(?:-(\d{1,2})(?:-(\d{1,2}))?(?!\d))?/;

/** `claude-3-5-sonnet-20241022`, `claude-4-opus`, `claude-2.1`, `claude-v2`. */
const byVersion = /claude-v?(\d)(?:-(\d))?(?!\d)(?:-([a-z]+))?/;

function claudeModel(model: string): ClaudeModel | undefined {
  const name = model.toLowerCase().replaceAll('.', '-');
  const old = byVersion.exec(name);
  if (old !== null) return { family: familyOf(old[3] ?? ''), version: Number(old[1]) * 100 + Number(old[2] ?? 0) };
  const [, family, major, minor] = byFamily.exec(name) ?? [];
  if (family === undefined) return undefined;
  // Without a version it is an alias for the newest.
  const version = major === undefined ? Number.POSITIVE_INFINITY : Number(major) * 100 + Number(minor ?? 0);
  return { family: familyOf(family), version };
}

function familyOf(word: string): Change['family'] {
  return word === 'haiku' || word === 'sonnet' || word === 'opus' ? word : 'newer';
}
