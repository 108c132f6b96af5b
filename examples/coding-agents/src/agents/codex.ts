import { type AgentRequest, type Asked, agentTool, prose } from './agent-request.ts';

const thread = '019ab2c3-4d5e-7f60-8a9b-0c1d2e3f4a5b';

export interface CodexAsked extends Asked {
  /** What stands between the user's words and the answer. */
  readonly history?: readonly object[];
  /** `false`: without the tools that only OpenAI's Responses know. */
  readonly ownTools?: boolean;
}

/** A turn of a Codex CLI 0.169 session: the whole history each time, nothing kept at the provider. About 40 KB. */
export function codex({ key, model, text, history = [], ownTools = true }: CodexAsked): AgentRequest {
  const body = {
    model,
    instructions: `You are Codex, a coding agent.\n${prose(16_000)}`,
    input: [
      message('developer', `<permissions instructions>\n${prose(3_000)}\n</permissions instructions>`),
      message('user', `<environment_context>\n  <cwd>/work dir/</cwd>\n</environment_context>`),
      message('user', text),
      ...history,
    ],
    tools: [...functions, ...(ownTools ? openaiTools : [])],
    tool_choice: 'auto',
    parallel_tool_calls: true,
    reasoning: { effort: 'medium', summary: 'auto' },
    store: false,
    stream: true,
    include: ['reasoning.encrypted_content'],
    prompt_cache_key: thread,
    text: { verbosity: 'low' },
    client_metadata: { 'x-codex-installation-id': '3f1c9a52-8f0e-4b5e-9e55-1f0a2b3c4d5e' },
  };
  return {
    method: 'POST',
    path: '/responses',
    headers: {
      accept: 'text/event-stream',
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      originator: 'codex_cli_rs',
      'session-id': thread,
      'thread-id': thread,
      'user-agent': 'codex_cli_rs/0.169.0 (Linux; x86_64)',
      'x-client-request-id': thread,
    },
    body: JSON.stringify(body),
  };
}

function message(role: string, text: string): object {
  return { type: 'message', role, content: [{ type: 'input_text', text }] };
}

const words = { type: 'string' };

const functions = [
  agentTool('exec_command', 'Runs a command in a terminal.', { cmd: words, workdir: words, yield_time_ms: { type: 'number' } }),
  agentTool('write_stdin', 'Writes to a running command.', { session_id: { type: 'number' }, chars: words }),
  agentTool('update_plan', 'Keeps the plan.', {
    plan: {
      type: 'array',
      items: { type: 'object', properties: { step: words, status: words }, required: ['step', 'status'], additionalProperties: false },
    },
    explanation: words,
  }),
  agentTool('view_image', 'Looks at an image.', { path: words }),
].map((tool) => ({ type: 'function', ...tool, strict: false }));

/** `apply_patch` is written in a grammar, the others run at OpenAI: none has a counterpart in another format. */
const openaiTools = [
  {
    type: 'custom',
    name: 'apply_patch',
    description: `Edits files. ${prose(1_500)}`,
    format: { type: 'grammar', syntax: 'lark', definition: 'start: begin_patch hunk+ end_patch\nbegin_patch: "*** Begin Patch" LF\n' },
  },
  { type: 'tool_search', execution: 'client', description: 'Searches the tools.', parameters: { type: 'object', properties: {} } },
  { type: 'web_search', external_web_access: false },
];
