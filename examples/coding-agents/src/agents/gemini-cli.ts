import { type AgentRequest, type Asked, agentTool, prose } from './agent-request.ts';

/** A turn of a Gemini CLI 0.61 session. Model and stream stand in the path. */
export function geminiCli({ key, model, text, history = [] }: Asked & { readonly history?: readonly object[] }): AgentRequest {
  const body = {
    contents: [
      { parts: [{ text: `This is the Gemini CLI.\n${prose(2_000)}` }], role: 'user' },
      { parts: [{ text: 'Got it. Thanks for the context!' }], role: 'model' },
      { parts: [{ text }], role: 'user' },
      ...history,
    ],
    systemInstruction: { parts: [{ text: prose(20_000) }], role: 'user' },
    tools: [{ functionDeclarations }],
    generationConfig: { temperature: 1, topP: 0.95, topK: 64, thinkingConfig: { includeThoughts: true, thinkingLevel: 'HIGH' } },
  };
  return {
    method: 'POST',
    path: `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
    headers: {
      accept: '*/*',
      'content-type': 'application/json',
      'user-agent': `GeminiCLI/0.61.0/${model} (linux; x64)`,
      'x-goog-api-client': 'google-genai-sdk/1.30.0 gl-node/v24.21.0',
      'x-goog-api-key': key,
    },
    body: JSON.stringify(body),
  };
}

const words = { type: 'string' };

const functionDeclarations = [
  agentTool('list_directory', 'Lists a folder.', { dir_path: words, ignore: { type: 'array', items: words } }),
  agentTool('read_file', 'Reads a file.', { file_path: words, offset: { type: 'number' }, limit: { type: 'number' } }),
  agentTool('search_file_content', 'Finds lines.', { pattern: words, dir_path: words, include: words }),
  agentTool('replace', 'Replaces a text of a file.', { file_path: words, instruction: words, old_string: words, new_string: words }),
  agentTool('write_file', 'Writes a file.', { file_path: words, content: words }),
  agentTool('run_shell_command', 'Runs a command.', { command: words, description: words, dir_path: words }),
  agentTool('web_fetch', 'Reads pages.', { prompt: words }),
].map(({ name, description, parameters }) => ({ name, description, parametersJsonSchema: parameters }));
