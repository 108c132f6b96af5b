import { type AgentRequest, type AgentTool, type Asked, agentTool, prose } from './agent-request.ts';

/** What Claude Code 2.1 says of itself and asks of the API beyond its stable part. */
const betas = [
  ...['claude-code-20250219', 'interleaved-thinking-2025-05-14', 'context-management-2025-06-27', 'prompt-caching-scope-2026-01-05'],
  ...['effort-2025-11-24', 'advanced-tool-use-2025-11-20', 'mid-conversation-system-2026-04-07', 'thinking-token-count-2026-05-13'],
];

const session = '7b0f7c1e-5d5c-4c53-9c8f-0a3f6b1d2e44';

function headers(key: string): Record<string, string> {
  return {
    accept: 'application/json',
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'user-agent': 'claude-cli/2.1.330 (external, cli)',
    'anthropic-beta': betas.join(','),
    'anthropic-dangerous-direct-browser-access': 'true',
    'anthropic-version': '2023-06-01',
    'x-app': 'cli',
    'x-claude-code-session-id': session,
    'x-stainless-lang': 'js',
    'x-stainless-retry-count': '0',
    'x-stainless-timeout': '600',
  };
}

/** What it sends at its start, to see whether anybody is there. */
export const probe: AgentRequest = { method: 'HEAD', path: '/', headers: { 'user-agent': 'claude-cli/2.1.330 (external, cli)' } };

/** The models that it offers to choose from. */
export function listModels(key: string): AgentRequest {
  const { 'content-type': _, ...rest } = headers(key);
  return { method: 'GET', path: '/v1/models?limit=1000', headers: rest };
}

/** A turn of a session: about 45 KB for one word of the user's. `history`: what stands between it and the answer. */
export function claudeCode({ key, model, text, history = [] }: Asked & { readonly history?: readonly object[] }): AgentRequest {
  const body = {
    model,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: `<system-reminder>\nToday's date is 2026-11-25.\n${prose(1_200)}\n</system-reminder>` },
          { type: 'text', text, cache_control: ephemeral },
        ],
      },
      {
        role: 'system',
        content: [{ type: 'text', text: `# Environment\nWorking directory: /work dir/\n${prose(800)}`, cache_control: ephemeral }],
        output_config: { effort: 'medium' },
      },
      ...history,
    ],
    // The first block changes with each version and must stay first and as it is.
    system: [
      { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1.330.5f1; cc_entrypoint=cli; cch=3ac51;' },
      { type: 'text', text: "You are Claude Code, Anthropic's official CLI for Claude.", cache_control: ephemeral },
      { type: 'text', text: prose(8_000), cache_control: { type: 'ephemeral', ttl: '1h', scope: 'global' } },
    ],
    tools: tools.map(anthropicTool),
    metadata: { user_id: JSON.stringify({ device_id: 'f'.repeat(64), account_uuid: '', session_id: session }) },
    max_tokens: 128_000,
    thinking: { type: 'adaptive' },
    context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
    output_config: { effort: 'medium' },
    stream: true,
  };
  return { method: 'POST', path: '/v1/messages?beta=true', headers: headers(key), body: JSON.stringify(body) };
}

const ephemeral = { type: 'ephemeral' };

function anthropicTool({ name, description, parameters }: AgentTool): object {
  return { name, description, input_schema: { $schema: 'https://json-schema.org/draft/2020-12/schema', ...parameters } };
}

const path = { type: 'string', description: 'Absolute path' };
const command = { type: 'string', description: 'The command line' };
const words = { type: 'string' };
const count = { type: 'integer', exclusiveMinimum: 0, maximum: 9_007_199_254_740_991 };

const tools: readonly AgentTool[] = [
  agentTool('Bash', 'Runs a command.', { command, timeout: { type: 'number' }, run_in_background: { type: 'boolean' } }),
  agentTool('Read', 'Reads a file.', { file_path: path, offset: count, limit: count }),
  agentTool('Edit', 'Replaces a text of a file.', {
    file_path: path,
    old_string: words,
    new_string: words,
    replace_all: { type: 'boolean', default: false },
  }),
  agentTool('Write', 'Writes a file.', { file_path: path, content: words }),
  agentTool('Glob', 'Finds files by name.', { pattern: words, path }),
  agentTool('Grep', 'Finds lines.', {
    pattern: words,
    path,
    output_mode: { type: 'string', enum: ['content', 'files_with_matches', 'count'] },
    '-n': { type: 'boolean' },
    '-A': { type: 'number' },
  }),
  agentTool('Agent', 'Gives a task to another agent.', { description: words, prompt: words, subagent_type: words }),
  agentTool('TodoWrite', 'Keeps the list of what is to be done.', {
    todos: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          content: { type: 'string', minLength: 1 },
          status: { type: 'string', enum: ['pending', 'in_progress', 'completed'] },
        },
        required: ['content', 'status'],
        additionalProperties: false,
      },
    },
  }),
  agentTool('WebFetch', 'Reads a page.', { url: { type: 'string', format: 'uri' }, prompt: words }),
  agentTool('WebSearch', 'Searches the web.', {
    query: { type: 'string', minLength: 2 },
    allowed_domains: { type: 'array', items: { type: 'string' } },
  }),
  agentTool('NotebookEdit', 'Changes a cell of a notebook.', { notebook_path: path, cell_id: words, new_source: words }),
  agentTool('Skill', 'Uses a skill.', { skill: words, args: words }),
];
