import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { describe, expect, it } from 'vitest';
import { z } from '../../../core/src/plugin.ts';
import { vectorOf } from '../../contract/src/simulated/embeddings.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { manners, refusing, sdkHost } from '../support/sdk-host.ts';

leavesNothing();

function chatModel(baseURL: string, options: Partial<ConstructorParameters<typeof ChatOpenAI>[0] & object> = {}): ChatOpenAI {
  return new ChatOpenAI({ model: 'chat', apiKey: 'gw_of-the-client', maxRetries: 0, configuration: { baseURL }, ...options });
}

const question = 'Call 555-0199 🙂 é.';
const answer = '[simulated] You said: Call 555-0199 🙂 é.';
const toolQuestion = 'Use the tool for "Zürich" 8001 \\ now.';

async function caught(action: () => PromiseLike<unknown>): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const weather = tool(async () => 'Sunny, 21 degrees.', {
  name: 'weather',
  description: 'The weather of a place.',
  schema: z.object({ place: z.string(), days: z.number() }),
});

describe.each(manners)('LangChain, $manner', ({ plugins, said }) => {
  it('invoke: text and usage', async () => {
    const { baseURL } = await sdkHost({ plugins });
    const message = await chatModel(baseURL).invoke(question);
    expect(message.content).toBe(said(answer));
    expect(message.usage_metadata).toMatchObject({ input_tokens: 7, output_tokens: 7, total_tokens: 14 });
    expect(message.response_metadata.finish_reason).toBe('stop');
  });

  it('stream: the pieces put together are the answer, with its usage', async () => {
    const { baseURL, ended } = await sdkHost({ plugins });
    const stream = await chatModel(baseURL).stream(question);
    let whole: Awaited<ReturnType<typeof stream.next>>['value'] | undefined;
    let pieces = 0;
    for await (const chunk of stream) {
      whole = whole === undefined ? chunk : whole.concat(chunk);
      pieces += 1;
    }
    expect(whole.content).toBe(said(answer));
    expect(whole.usage_metadata).toMatchObject({ input_tokens: 7, output_tokens: 7 });
    expect(pieces).toBeGreaterThan(3);
    await ended('answered');
  });

  it('tools: called by invoke and by stream, and their results come back in the answer', async () => {
    const { baseURL } = await sdkHost({ plugins });
    const model = chatModel(baseURL).bindTools([weather]);
    const expected = [{ name: 'weather', id: 'call_sim_0_0', args: { place: said(toolQuestion), days: 42 } }];
    const message = await model.invoke(toolQuestion);
    expect(message.tool_calls).toMatchObject(expected);
    let streamed: Awaited<ReturnType<typeof model.invoke>> | undefined;
    for await (const chunk of await model.stream(toolQuestion)) streamed = streamed === undefined ? chunk : streamed.concat(chunk);
    expect(streamed?.tool_calls).toMatchObject(expected);
    const result = new ToolMessage({ content: 'Sunny, 21 degrees.', tool_call_id: 'call_sim_0_0' });
    const last = await model.invoke([new HumanMessage(toolQuestion), message, result]);
    expect(last.content).toBe(said('[simulated] The tool said: Sunny, 21 degrees.'));
  });

  it('an object by a schema', async () => {
    const { baseURL, provider } = await sdkHost({ plugins });
    const schema = z.object({ place: z.string(), open: z.boolean() });
    const structured = chatModel(baseURL).withStructuredOutput(schema, { method: 'jsonSchema' });
    expect(await structured.invoke(question)).toEqual({ place: 'simulated', open: true });
    expect(String(provider.requests[0]?.body)).toContain('"json_schema"');
  });

  it('embeddings of a query and of documents', async () => {
    const { baseURL } = await sdkHost({ plugins });
    const embeddings = new OpenAIEmbeddings({ model: 'embed', apiKey: 'gw_of-the-client', maxRetries: 0, configuration: { baseURL } });
    expect(await embeddings.embedQuery('Room 12')).toEqual([...vectorOf(said('Room 12'), 16)]);
    expect(await embeddings.embedDocuments(['Room 12', 'é'])).toEqual([said('Room 12'), 'é'].map((text) => [...vectorOf(text, 16)]));
  });

  it('an error inside a stream is thrown where the stream is read, after what came before', async () => {
    const { baseURL } = await sdkHost({ plugins });
    for (const model of ['error-event', 'cut']) {
      let text = '';
      const error = await caught(async () => {
        for await (const chunk of await chatModel(baseURL, { model: `sim/${model}` }).stream(question)) text += String(chunk.content);
      });
      expect(error).toBeInstanceOf(Error);
      expect(text).not.toBe('');
      expect(said(answer).startsWith(text)).toBe(true);
    }
  });

  it('break ends a stream, here and at the provider', async () => {
    const { baseURL, ended } = await sdkHost({ plugins });
    const stream = await chatModel(baseURL, { model: 'sim/stall' }).stream(question);
    for await (const chunk of stream) if (chunk.content !== '') break;
    await ended('aborted');
  });

  it('an AbortSignal ends a call that waits for its answer', async () => {
    const { baseURL, asked, ended } = await sdkHost({ plugins });
    const leaving = new AbortController();
    const call = caught(() => chatModel(baseURL, { model: 'sim/silent' }).invoke(question, { signal: leaving.signal }));
    await asked(1);
    leaving.abort();
    expect(String(await call)).toMatch(/abort/i);
    await ended('aborted');
  });
});

describe('LangChain', () => {
  it.each([400, 401, 403, 404, 429])('a refusal with %i is thrown with what the gateway says, and not tried again', async (status) => {
    const refusal = { status, code: 'OFFICE_CLOSED', message: 'Come back on Monday.' };
    const { baseURL, provider } = await sdkHost({ plugins: [refusing(refusal)] });
    const error = await caught(() => chatModel(baseURL, { maxRetries: 2 }).invoke(question));
    expect(error).toMatchObject({ status, message: expect.stringContaining('Come back on Monday.') });
    expect(provider.requests).toHaveLength(0); // the second request would have passed
  });

  it('the provider’s failures come as the gateway tells them', async () => {
    const { baseURL } = await sdkHost();
    expect(await caught(() => chatModel(baseURL, { model: 'sim/fail-500' }).invoke(question))).toMatchObject({ status: 502 });
    expect(await caught(() => chatModel(baseURL, { model: 'sim/fail-400' }).invoke(question))).toMatchObject({
      status: 400,
      code: 'context_length_exceeded',
    });
    expect(await caught(() => chatModel(baseURL, { model: 'nobody' }).stream(question))).toMatchObject({
      status: 404,
      code: 'GW_UNKNOWN_MODEL',
    });
  });
});
