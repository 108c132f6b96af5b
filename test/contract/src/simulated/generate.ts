import type { ChatMessage, ChatRequest, ContentPart } from './chat.ts';
import { type Answer, internalWords, type SimulatedFormat, unnamed } from './format.ts';
import { checkedJson, invalid, offeredModel } from './refusals.ts';

// Google's generateContent, as its SDK's types give it.

type Json = Readonly<Record<string, unknown>>;

/** The simulation's own signature of a thought. */
const thoughtSignature = 'c2ltdWxhdGVkLXRob3VnaHQ=';

export const generateFormat: SimulatedFormat = {
  read(path, query, body, offered) {
    const [, model, verb] = /^\/v1(?:beta)?\/models\/(.+):(generateContent|streamGenerateContent)$/.exec(path) ?? [];
    if (model === undefined) return undefined;
    if (verb === 'streamGenerateContent' && query.get('alt') !== 'sse')
      throw invalid('streams are given as server-sent events only: add alt=sse');
    const json = checkedJson(body);
    const name = offeredModel(decodeURIComponent(model), offered);
    const config = (json.generationConfig ?? {}) as Json;
    return {
      model: name,
      messages: [...systemOf(json.systemInstruction), ...checkedContents(json.contents)],
      ...(typeof config.maxOutputTokens === 'number' && { max_tokens: config.maxOutputTokens }),
      ...toolsOf(json),
      ...formatOf(config),
      reasoning: (config.thinkingConfig as Json | undefined)?.includeThoughts === true,
      stream: verb === 'streamGenerateContent',
    };
  },
  whole: (answer) => ({ ...body(answer, partsOf(answer), stopOf(answer)), usageMetadata: usageOf(answer) }),
  *frames(answer) {
    const [choice] = answer.choices;
    if (choice === undefined) return;
    for (const text of choice.reasoning) yield unnamed(body(answer, [{ text, thought: true }]));
    for (const text of choice.pieces) yield unnamed(body(answer, [{ text }]));
    for (const part of callsOf(answer)) yield unnamed(body(answer, [part]));
    yield unnamed({ ...body(answer, [{ text: '' }], stopOf(answer)), usageMetadata: usageOf(answer) });
  },
  lastFrame: undefined,
  errorFrame: unnamed({ error: { code: 500, message: internalWords, status: 'INTERNAL' } }),
  refusalBody: ({ status, message }) => ({ error: { code: status, message, status: statusWord(status), details: [] } }),
  keyOf: (headers) => headers['x-goog-api-key'] as string | undefined,
};

function statusWord(status: number): string {
  const words: Readonly<Record<number, string>> = {
    401: 'UNAUTHENTICATED',
    403: 'PERMISSION_DENIED',
    404: 'NOT_FOUND',
    429: 'RESOURCE_EXHAUSTED',
    503: 'UNAVAILABLE',
  };
  return words[status] ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL');
}

function body({ serial, request }: Answer, parts: readonly object[], finishReason?: string): object {
  return {
    candidates: [{ content: { parts, role: 'model' }, index: 0, ...(finishReason !== undefined && { finishReason }) }],
    modelVersion: request.model,
    responseId: `simulated${serial}`,
  };
}

function partsOf(answer: Answer): object[] {
  const [choice] = answer.choices;
  if (choice === undefined) return [];
  const text = choice.pieces.join('');
  return [
    ...(choice.reasoning.length > 0 ? [{ text: choice.reasoning.join(''), thought: true }] : []),
    ...(text === '' ? [] : [{ text }]),
    ...callsOf(answer),
  ];
}

function callsOf({ choices: [choice] }: Answer): object[] {
  return (choice?.toolCalls ?? []).map(({ name, pieces }) => ({
    functionCall: { name, args: JSON.parse(pieces.join('')) as unknown },
    thoughtSignature,
  }));
}

/** Gemini says STOP after calls as well. */
function stopOf({ choices: [choice] }: Answer): string {
  return choice?.finishReason === 'length' ? 'MAX_TOKENS' : 'STOP';
}

function usageOf({ usage }: Answer): object {
  const { prompt_tokens, completion_tokens, total_tokens, completion_tokens_details } = usage;
  const { reasoning_tokens } = completion_tokens_details;
  return {
    promptTokenCount: prompt_tokens,
    candidatesTokenCount: completion_tokens - reasoning_tokens,
    totalTokenCount: total_tokens,
    ...(reasoning_tokens > 0 && { thoughtsTokenCount: reasoning_tokens }),
  };
}

function systemOf(system: unknown): ChatMessage[] {
  if (system === undefined) return [];
  return [
    { role: 'system', content: list((system as Json).parts, 'system_instruction.parts').map((one) => part(one, 'system_instruction')) },
  ];
}

function checkedContents(contents: unknown): ChatMessage[] {
  const turns = list(contents, 'contents');
  if (turns.length === 0) throw invalid('* GenerateContentRequest.contents: contents is not specified');
  let calls: string[] = [];
  return turns.map((content, at) => {
    const { role } = content;
    if (role !== undefined && role !== 'user' && role !== 'model') throw invalid('Please use a valid role: user, model.');
    const parts = list(content.parts, `contents[${at}].parts`);
    if (parts.length === 0) throw invalid(`* GenerateContentRequest.contents[${at}].parts: contents.parts must not be empty.`);
    calls = checkedPairs(parts, calls, at);
    const results = parts.filter(({ functionResponse }) => functionResponse !== undefined);
    const said = parts.filter((one) => one.functionCall === undefined && one.functionResponse === undefined && one.thought !== true);
    const texts = said.map((one) => part(one, `contents[${at}]`));
    if (results.length === 0) return { role: role === 'model' ? 'assistant' : 'user', content: texts };
    return { role: texts.length === 0 ? 'tool' : 'user', content: [...results.map(resultOf), ...texts] };
  });
}

/** The names of calls that the next turn must answer. */
function checkedPairs(parts: readonly Json[], awaited: readonly string[], at: number): string[] {
  const names = (key: string): string[] => parts.flatMap((one) => (one[key] === undefined ? [] : [String((one[key] as Json).name)]));
  const results = names('functionResponse');
  if (awaited.length !== results.length || awaited.some((name, index) => results[index] !== name))
    throw invalid(
      `Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn (contents[${at}]: [${results}] for [${awaited}]).`,
    );
  return names('functionCall');
}

function resultOf({ functionResponse }: Json): ContentPart {
  const { response } = functionResponse as Json;
  if (typeof response !== 'object' || response === null || Array.isArray(response))
    throw invalid('Invalid value at function_response.response (Struct)');
  const { result, error } = response as Json;
  const said = result ?? error;
  return { type: 'text', text: typeof said === 'string' ? said : JSON.stringify(response) };
}

function part(one: Json, place: string): ContentPart {
  if (typeof one.text === 'string') return { type: 'text', text: one.text };
  const media = (one.inlineData ?? one.fileData) as Json | undefined;
  if (media === undefined) throw invalid(`* ${place}.parts: required oneof field 'data' must have one initialized field`);
  if (typeof media.mimeType !== 'string' || (typeof media.data !== 'string' && typeof media.fileUri !== 'string'))
    throw invalid(`${place}.parts: invalid data`);
  return { type: media.mimeType.split('/')[0] === 'image' ? 'image' : 'document' };
}

function toolsOf({ tools, toolConfig }: Json): Pick<ChatRequest, 'tools' | 'tool_choice'> {
  if (tools === undefined) return {};
  const declarations = list(tools, 'tools').flatMap(({ functionDeclarations }) =>
    list(functionDeclarations ?? [], 'function_declarations'),
  );
  const mode = ((toolConfig as Json | undefined)?.functionCallingConfig as Json | undefined)?.mode;
  return {
    tools: declarations.map(({ name, parameters, parametersJsonSchema }) => {
      if (typeof name !== 'string' || !/^[a-zA-Z_][\w.:-]{0,127}$/.test(name)) throw invalid('Invalid function name.');
      if (parameters !== undefined && parametersJsonSchema !== undefined)
        throw invalid('parameters and parameters_json_schema are mutually exclusive.');
      return { type: 'function', function: { name, parameters: parametersJsonSchema ?? parameters } };
    }),
    tool_choice: mode === 'NONE' ? 'none' : mode,
  };
}

function formatOf({ responseMimeType, responseJsonSchema, responseSchema }: Json): Pick<ChatRequest, 'response_format'> {
  if (responseMimeType !== 'application/json') return {};
  const schema = responseJsonSchema ?? responseSchema;
  return { response_format: schema === undefined ? { type: 'json_object' } : { type: 'json_schema', json_schema: { schema } } };
}

function list(value: unknown, place: string): Json[] {
  if (!Array.isArray(value)) throw invalid(`Invalid value at '${place}'`);
  return value as Json[];
}
