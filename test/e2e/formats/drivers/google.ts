import {
  type Content,
  type GenerateContentParameters,
  type GenerateContentResponse,
  GoogleGenAI,
  type Part,
  ThinkingLevel,
} from '@google/genai';
import { type Answered, clientKey, type Driver, type Question } from './driver.ts';

/** Google's library. */
export const googleDriver: Driver = {
  name: '@google/genai',
  format: 'google-generate-content',
  async ask(origin, question, signal) {
    const client = new GoogleGenAI({ apiKey: clientKey, httpOptions: { baseUrl: origin } });
    const parameters = parametersOf(question, signal);
    if (question.stream !== true) return answered([await client.models.generateContent(parameters)], 0);
    const chunks: GenerateContentResponse[] = [];
    for await (const chunk of await client.models.generateContentStream(parameters)) chunks.push(chunk);
    return answered(chunks, chunks.filter((chunk) => partsOf(chunk).some(({ text, thought }) => text && !thought)).length);
  },
};

function parametersOf(
  { model, system, turns, tools, schema, reasoning, maxTokens }: Question,
  signal: AbortSignal | undefined,
): GenerateContentParameters {
  return {
    model,
    contents: turns.map(contentOf),
    config: {
      ...(signal && { abortSignal: signal }),
      ...(system !== undefined && { systemInstruction: system }),
      ...(tools && {
        tools: [
          {
            functionDeclarations: tools.map(({ name, description, parameters }) => ({
              name,
              description,
              parametersJsonSchema: parameters,
            })),
          },
        ],
      }),
      ...(schema && { responseMimeType: 'application/json', responseJsonSchema: schema }),
      ...(reasoning === true && { thinkingConfig: { includeThoughts: true, thinkingLevel: ThinkingLevel.LOW } }),
      ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
    },
  };
}

function contentOf(turn: Question['turns'][number]): Content {
  if ('answer' in turn) return { role: 'model', parts: turn.answer.raw as Part[] };
  if ('results' in turn)
    return {
      role: 'user',
      parts: turn.results.map(({ call, text }) => ({
        functionResponse: { name: call.name, response: { result: text }, ...(call.id !== '' && { id: call.id }) },
      })),
    };
  if (turn.image === undefined) return { role: 'user', parts: [{ text: turn.user }] };
  return { role: 'user', parts: [{ text: turn.user }, { inlineData: { mimeType: 'image/png', data: turn.image } }] };
}

function partsOf(chunk: GenerateContentResponse): Part[] {
  return chunk.candidates?.[0]?.content?.parts ?? [];
}

function answered(chunks: readonly GenerateContentResponse[], pieces: number): Answered {
  const parts = chunks.flatMap(partsOf);
  const texts = (thought: boolean): string =>
    parts.flatMap((part) => ((part.thought ?? false) === thought ? (part.text ?? '') : '')).join('');
  const calls = parts.flatMap(({ functionCall }) =>
    functionCall ? [{ id: functionCall.id ?? '', name: functionCall.name ?? '', arguments: functionCall.args as unknown }] : [],
  );
  const usage = chunks.findLast(({ usageMetadata }) => usageMetadata !== undefined)?.usageMetadata;
  const finish = chunks.findLast(({ candidates }) => candidates?.[0]?.finishReason !== undefined)?.candidates?.[0]?.finishReason;
  if (finish === undefined) throw new Error('the stream has no finish reason');
  return {
    text: texts(false),
    reasoning: texts(true),
    calls,
    finish: String(finish) === 'MAX_TOKENS' ? 'length' : calls.length > 0 ? 'tools' : 'stop',
    input: usage?.promptTokenCount,
    output: usage && (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0),
    pieces,
    raw: parts.filter((part) => part.text !== ''),
  };
}
