import { type BodyEditor, isJsonObject, type JsonObject, type JsonValue, type PrepareAbout } from '@express-ai-gateway/core/provider';

/** AWS's name for Anthropic's format; it knows no other. */
const version = 'bedrock-2023-05-31';

/** What Bedrock has in place of a field of each tool's, which it refuses (AI SDK 5, amazon-bedrock-anthropic-provider.ts). */
const eagerStreaming = 'fine-grained-tool-streaming-2025-05-14';

/**
 * A body of Anthropic's as Bedrock takes it: model and `stream` are said by the path, version and betas stand in the body.
 * Betas that Bedrock does not know are left out, whether they came in the header (the gateway has done so) or in the body.
 */
export function prepareAnthropicBody(editor: BodyEditor, { clientHeaders }: PrepareAbout, betas: readonly string[]): void {
  const { model, stream, anthropic_version: said, anthropic_beta: inBody, tools } = editor.body;
  if (model !== undefined) editor.remove(['model']);
  if (stream !== undefined) editor.remove(['stream']);
  if (typeof said !== 'string' || !said.startsWith('bedrock-')) editor.set(['anthropic_version'], version);
  const wanted = [
    ...textsIn(inBody),
    ...listed(clientHeaders['anthropic-beta']),
    ...(takeEagerStreaming(editor, tools) ? [eagerStreaming] : []),
  ];
  const known = [...new Set(wanted)].filter((beta) => betas.includes(beta));
  if (known.length > 0) editor.set(['anthropic_beta'], known);
  else if (inBody !== undefined) editor.remove(['anthropic_beta']);
}

/** Takes the field from every tool; true if one asked for it. */
function takeEagerStreaming(editor: BodyEditor, tools: JsonValue | undefined): boolean {
  let asked = false;
  for (const [index, tool] of objectsAt(tools)) {
    if (tool.eager_input_streaming === undefined) continue;
    if (tool.eager_input_streaming === true) asked = true;
    editor.remove(['tools', index, 'eager_input_streaming']);
  }
  return asked;
}

function objectsAt(value: JsonValue | undefined): [number, JsonObject][] {
  if (!Array.isArray(value)) return [];
  return (value as readonly JsonValue[]).flatMap((member, index): [number, JsonObject][] =>
    isJsonObject(member) ? [[index, member]] : [],
  );
}

function textsIn(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter((member) => typeof member === 'string') : [];
}

function listed(header: string | undefined): string[] {
  return header === undefined ? [] : header.split(',').map((value) => value.trim());
}
