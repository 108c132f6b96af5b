import type { Call, JsonObject, JsonValue } from '@express-ai-gateway/core/plugin';

// Tools that the provider runs itself: it asks its model again with what they found, as often as it likes, so what such a call uses has no
// bound but the model's window, and every round costs. Tools that the client runs are texts like others.

/** OpenAI's tools that the client runs. https://platform.openai.com/docs/guides/tools */
const openaiClientTools: ReadonlySet<JsonValue | undefined> = new Set([
  'function',
  'custom',
  'computer_use_preview',
  'computer',
  'local_shell',
  'apply_patch',
]);

/** Anthropic's tools that the client runs have a date behind these names. https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/overview */
const anthropicClientTool = /^(?:custom|bash|text_editor|computer|memory)(?:_\d+)?$/;

/** The name of a tool that the provider runs, if a call has one; in a dialect that is not known here any tool may be one. */
export function serverTool({ dialect, body }: Call): string | undefined {
  if (dialect.startsWith('openai-')) return openaiServerTool(body);
  if (dialect.startsWith('anthropic-')) return anthropicServerTool(body);
  if (dialect.startsWith('google-')) return googleServerTool(body);
  return listed(body.tools)[0] === undefined ? undefined : 'tools';
}

function openaiServerTool(body: Readonly<JsonObject>): string | undefined {
  if (body.web_search_options !== undefined && body.web_search_options !== null) return 'web_search';
  const tool = listed(body.tools).find(({ type }) => !openaiClientTools.has(type));
  return tool && String(tool.type);
}

function anthropicServerTool(body: Readonly<JsonObject>): string | undefined {
  if (listed(body.mcp_servers).length > 0) return 'mcp_servers';
  const tool = listed(body.tools).find(({ type }) => type !== undefined && type !== null && !anthropicClientTool.test(String(type)));
  return tool && String(tool.type);
}

function googleServerTool(body: Readonly<JsonObject>): string | undefined {
  for (const tool of listed(body.tools))
    for (const name of Object.keys(tool)) if (name !== 'functionDeclarations' && name !== 'function_declarations') return name;
  return undefined;
}

/** A single tool may stand without a list, as Google's parser takes it. */
function listed(value: JsonValue | undefined): JsonObject[] {
  const all = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  return all.filter((one): one is JsonObject => typeof one === 'object' && one !== null && !Array.isArray(one));
}
