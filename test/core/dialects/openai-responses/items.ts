import type { JsonObject } from '../../../../core/src/model/json.ts';

// One of every item of `openai` 7.57's types, and some that it does not know, with canaries (see every-text.ts).

const caller = { type: 'program', caller_id: 'prog_1' };

export const messages: readonly JsonObject[] = [
  { role: 'user', content: 'T:user' },
  { role: 'system', content: 'T:system' },
  {
    type: 'message',
    role: 'developer',
    content: [{ type: 'input_text', text: 'T:system', prompt_cache_breakpoint: { mode: 'explicit', ttl: '30m' } }],
  },
  {
    type: 'message',
    role: 'user',
    status: 'completed',
    content: [
      { type: 'input_text', text: 'T:user' },
      { type: 'input_image', image_url: 'https://example.test/a.png', detail: 'low' },
      { type: 'input_image', file_id: 'file_1' },
      { type: 'input_file', file_data: 'data:application/pdf;base64,AAAA', filename: 'T:other' },
      { type: 'input_file', file_url: 'https://example.test/a.pdf' },
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
      { type: 'input_new', caption: 'T:user', deep: [{ words: 'T:user' }] },
    ],
  },
  {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    status: 'completed',
    phase: 'final_answer',
    content: [
      {
        type: 'output_text',
        text: 'T:assistant',
        logprobs: [{ token: 'x', logprob: -1, bytes: [120], top_logprobs: [] }],
        annotations: [
          { type: 'url_citation', start_index: 0, end_index: 1, url: 'https://example.test', title: 'T:assistant' },
          { type: 'file_citation', file_id: 'file_1', filename: 'T:other', index: 0, quote: 'T:assistant' },
          { type: 'container_file_citation', container_id: 'c', file_id: 'f', filename: 'T:other', start_index: 0, end_index: 1 },
        ],
      },
      { type: 'refusal', refusal: 'T:assistant' },
    ],
  },
  { role: 'tool', content: 'T:toolOutput' },
  { role: 'critic', content: 'T:other' },
];

export const toolItems: readonly JsonObject[] = [
  {
    type: 'function_call',
    id: 'fc_1',
    call_id: 'call_1',
    name: 'look',
    arguments: '{ "city": "T:toolInput", "n": 1.0, "list": ["T:toolInput"] }',
    caller,
  },
  { type: 'function_call', call_id: 'call_2', name: 'broken', arguments: 'T:toolInput {' },
  { type: 'function_call_output', call_id: 'call_1', output: 'T:toolOutput', name: 'look' },
  {
    type: 'function_call_output',
    call_id: 'call_1',
    output: [
      { type: 'input_text', text: 'T:toolOutput' },
      { type: 'input_image', image_url: 'data:image/png;base64,AAAA' },
      { type: 'input_file', filename: 'T:other', file_id: 'file_1' },
    ],
  },
  { type: 'custom_tool_call', call_id: 'call_3', name: 'apply', input: 'T:toolInput' },
  { type: 'custom_tool_call_output', call_id: 'call_3', output: 'T:toolOutput' },
  { type: 'custom_tool_call_output', call_id: 'call_3', output: [{ type: 'input_text', text: 'T:toolOutput' }] },
  {
    type: 'mcp_call',
    id: 'mcp_1',
    server_label: 'crm',
    name: 'find',
    arguments: '{"q":"T:toolInput"}',
    output: 'T:toolOutput',
    status: 'completed',
  },
  {
    type: 'mcp_call',
    id: 'mcp_2',
    server_label: 'crm',
    name: 'find',
    arguments: '{}',
    error: { type: 'http_error', code: 500, message: 'T:toolOutput' },
  },
  {
    type: 'mcp_call',
    id: 'mcp_3',
    server_label: 'crm',
    name: 'find',
    arguments: '{}',
    error: { type: 'mcp_tool_execution_error', content: [{ type: 'text', text: 'T:toolOutput' }] },
  },
  {
    type: 'mcp_list_tools',
    id: 'mcpl_1',
    server_label: 'crm',
    error: 'T:toolOutput',
    tools: [
      {
        name: 'find',
        description: 'T:toolDefinition',
        input_schema: { type: 'object', properties: { q: { type: 'string', description: 'T:toolDefinition' } } },
        annotations: { title: 'T:toolDefinition' },
      },
    ],
  },
  { type: 'mcp_approval_request', id: 'mcpr_1', server_label: 'crm', name: 'find', arguments: '{"q":"T:toolInput"}' },
  { type: 'mcp_approval_response', approval_request_id: 'mcpr_1', approve: false, reason: 'T:other' },
  { type: 'shell_call', call_id: 'call_4', action: { commands: ['T:toolInput', 'T:toolInput'], timeout_ms: 1 }, status: 'completed' },
  {
    type: 'shell_call',
    call_id: 'call_4',
    action: { commands: [] },
    environment: { type: 'local', skills: [{ name: 's', description: 'T:toolDefinition', path: '/s' }] },
  },
  {
    type: 'shell_call_output',
    call_id: 'call_4',
    output: [{ outcome: { type: 'exit', exit_code: 0 }, stdout: 'T:toolOutput', stderr: 'T:toolOutput', created_by: 'x' }],
  },
  {
    type: 'local_shell_call',
    id: 'lsh_1',
    call_id: 'call_5',
    status: 'completed',
    action: {
      type: 'exec',
      command: ['T:toolInput'],
      env: { type: 'T:toolInput', HOME: 'T:toolInput' },
      user: 'T:toolInput',
      working_directory: 'T:toolInput',
    },
  },
  { type: 'local_shell_call_output', id: 'lsh_1', output: 'T:toolOutput' },
  {
    type: 'apply_patch_call',
    call_id: 'call_6',
    status: 'completed',
    operation: { type: 'update_file', path: 'T:toolInput', diff: 'T:toolInput' },
  },
  { type: 'apply_patch_call_output', call_id: 'call_6', status: 'failed', output: 'T:toolOutput' },
  {
    type: 'computer_call',
    id: 'cu_1',
    call_id: 'call_7',
    status: 'completed',
    action: { type: 'type', text: 'T:toolInput' },
    actions: [
      { type: 'type', text: 'T:toolInput' },
      { type: 'keypress', keys: ['ENTER'] },
      { type: 'click', button: 'left', x: 1, y: 2 },
    ],
    pending_safety_checks: [{ id: 'sc_1', code: 'malicious_instructions', message: 'T:other' }],
  },
  {
    type: 'computer_call_output',
    call_id: 'call_7',
    output: { type: 'computer_screenshot', image_url: 'data:image/png;base64,AAAA' },
    acknowledged_safety_checks: [{ id: 'sc_1', code: 'malicious_instructions', message: 'T:other' }],
  },
  {
    type: 'web_search_call',
    id: 'ws_1',
    status: 'completed',
    action: { type: 'search', query: 'T:toolInput', queries: ['T:toolInput'], sources: [{ type: 'url', url: 'https://example.test' }] },
  },
  {
    type: 'web_search_call',
    id: 'ws_2',
    status: 'completed',
    action: { type: 'find_in_page', pattern: 'T:toolInput', url: 'https://example.test' },
  },
  {
    type: 'file_search_call',
    id: 'fs_1',
    status: 'completed',
    queries: ['T:toolInput'],
    results: [
      { file_id: 'file_1', filename: 'T:other', score: 0.5, text: 'T:toolOutput', attributes: { type: 'T:toolOutput', year: 2026 } },
    ],
  },
  {
    type: 'code_interpreter_call',
    id: 'ci_1',
    container_id: 'cntr_1',
    status: 'completed',
    code: 'T:toolInput',
    outputs: [
      { type: 'logs', logs: 'T:toolOutput' },
      { type: 'image', url: 'https://example.test/a.png' },
    ],
  },
  { type: 'program', id: 'prog_1', call_id: 'call_8', code: 'T:toolInput', fingerprint: 'fp' },
  { type: 'program_output', id: 'po_1', call_id: 'call_8', result: 'T:toolOutput', status: 'completed' },
  {
    type: 'image_generation_call',
    id: 'ig_1',
    status: 'completed',
    action: 'generate',
    result: 'AAAA',
    prompt: 'T:toolInput',
    revised_prompt: 'T:assistant',
    size: '1024x1024',
  },
  {
    type: 'image_generation_call',
    id: 'ig_2',
    status: 'failed',
    result: null,
    error: { code: 'moderation_blocked', message: 'T:toolOutput', param: null, type: 'x' },
  },
  {
    type: 'tool_search_call',
    call_id: 'call_9',
    execution: 'client',
    status: 'completed',
    arguments: { query: 'T:toolInput', type: 'T:toolInput' },
  },
  {
    type: 'tool_search_output',
    call_id: 'call_9',
    execution: 'client',
    status: 'completed',
    tools: [{ type: 'function', name: 'f', description: 'T:toolDefinition', parameters: {} }],
  },
  { type: 'additional_tools', role: 'developer', tools: [{ type: 'custom', name: 'c', description: 'T:toolDefinition' }] },
];

export const otherItems: readonly JsonObject[] = [
  {
    type: 'reasoning',
    id: 'rs_1',
    encrypted_content: 'gAAAA',
    summary: [{ type: 'summary_text', text: 'T:assistant' }],
    content: [{ type: 'reasoning_text', text: 'T:assistant' }],
  },
  { type: 'compaction', id: 'cmp_1', encrypted_content: 'gAAAA' },
  { type: 'compaction_trigger' },
  {
    type: 'configuration_update',
    reasoning: { effort: 'low' },
    text: { format: { type: 'json_schema', name: 'n', description: 'T:toolDefinition', schema: {} } },
  },
  { type: 'input_text', text: 'T:user' },
  // Unknown to all: what stands in usual places is a text.
  { type: 'telepathy_call', id: 'tp_1', arguments: '{"to":"T:toolInput"}', input: { thought: 'T:toolInput' }, status: 'sent' },
  {
    type: 'telepathy_call_output',
    output: { thought: 'T:toolOutput', type: 'dream' },
    content: [{ type: 'thought', words: 'T:toolOutput' }],
  },
  { type: 'dream', text: 'T:other', content: 'T:other' },
];

/** What only a request may hold. */
export const references: readonly JsonObject[] = [{ type: 'item_reference', id: 'rs_0' }];

export const allItems: readonly JsonObject[] = [...messages, ...toolItems, ...otherItems];
