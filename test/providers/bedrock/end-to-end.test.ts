import { describe, expect, it } from 'vitest';
import { frameFields } from '../../../core/src/dialects/sse.ts';
import { send } from '../../core/harness/loopback.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { drivers } from '../../e2e/formats/drivers/all.ts';
import { anthropicDriver } from '../../e2e/formats/drivers/anthropic.ts';
import { type Driver, type Question, statusOf } from '../../e2e/formats/drivers/driver.ts';
import { openaiChatDriver } from '../../e2e/formats/drivers/openai-chat.ts';
import { bedrockHost } from './bedrock-host.ts';
import { anthropicEvents, type Said, tokens } from './simulated-answers.ts';
import type { Reply, Seen } from './simulated-bedrock.ts';

// Real client libraries, a gateway, and a Bedrock that checks signatures and bodies and streams in AWS's own framing.

leavesNothing();

const claude = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0';
const targets = [`bedrock/${claude}`, `bedrock-anthropic/${claude}`] as const;
const text = 'Grüezi, “everybody” 🙂.';
const input = tokens.input + tokens.cacheRead + tokens.cacheWrite;
const weather = {
  name: 'weather',
  description: 'The weather of a place.',
  parameters: { type: 'object', properties: { place: { type: 'string' } }, required: ['place'], additionalProperties: false },
};

async function failure(driver: Driver, origin: string, question: Question): Promise<Error> {
  try {
    await driver.ask(origin, question);
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was taken for an answer');
}

describe.each(drivers)('$name', (driver) => {
  describe.each(targets)('asking %s', (model) => {
    it.each([
      [429, 'ThrottlingException', 429],
      [403, 'ExpiredTokenException', 502],
      [503, 'ServiceUnavailableException', 502],
      [400, 'ValidationException', 400],
    ])('is told of status %i (%s) with %i, and never of AWS', async (status, type, told) => {
      const { origin } = await bedrockHost(() => ({ status, type, message: 'The security token of account 123456789012 is expired' }));
      for (const stream of [false, true]) {
        const error = await failure(driver, origin, { model, turns: [{ user: 'Hi' }], stream });
        expect(statusOf(error)).toBe(told);
        if (told !== 400) expect(`${error.message}${JSON.stringify(error)}`).not.toMatch(/security token|123456789012|amz/i);
      }
    });

    it('Portkey-AI/gateway#1143, #1142: is told of an exception inside the stream, not of an end', async () => {
      const exception = ['modelStreamErrorException', 'account 123456789012'] as const;
      const { origin } = await bedrockHost(() => ({ said: { text }, after: 4, exception }));
      const error = await failure(driver, origin, { model, turns: [{ user: 'Hi' }], stream: true });
      expect(`${error.message}${JSON.stringify(error)}`).not.toContain('123456789012');
    });

    it('is told of a stream that stops before its end, between two messages', async () => {
      const { origin } = await bedrockHost(() => ({ said: { text }, after: 4 }));
      await failure(driver, origin, { model, turns: [{ user: 'Hi' }], stream: true });
    });

    it('has a text whole and streamed, and all its tokens', async () => {
      const { origin, seen } = await bedrockHost(() => ({ text }));
      for (const stream of [false, true]) {
        const answer = await driver.ask(origin, { model, system: 'Be brief.', turns: [{ user: 'Hi' }], stream });
        expect(answer).toMatchObject({ text, finish: 'stop', input, output: tokens.output, calls: [] });
        if (stream) expect(answer.pieces).toBeGreaterThan(3);
      }
      expect(seen.map((one) => [one.model, one.operation])).toEqual([
        [claude, model.startsWith('bedrock/') ? 'converse' : 'invoke'],
        [claude, model.startsWith('bedrock/') ? 'converse-stream' : 'invoke-with-response-stream'],
      ]);
    });

    it.each([false, true])('calls tools in two rounds, streamed: %s', async (stream) => {
      const calls = ['Bern', 'Genève'].map((place, index) => ({ id: `tooluse_${index}_x-Y`, name: 'weather', input: { place } }));
      const { origin, seen } = await bedrockHost(
        ({ body }): Said => (JSON.stringify(body).includes('12°') ? { text: 'Cool.' } : { text: 'Let me see.', calls }),
      );
      const asked: Question = { model, turns: [{ user: 'Where is it cooler?' }], tools: [weather], stream };
      const first = await driver.ask(origin, asked);
      expect(first.finish).toBe('tools');
      expect(first.calls.map(({ name, arguments: given }) => [name, given])).toEqual([
        ['weather', { place: 'Bern' }],
        ['weather', { place: 'Genève' }],
      ]);
      const results = first.calls.map((call, index) => ({ call, text: `${12 + index}°` }));
      const second = await driver.ask(origin, { ...asked, turns: [...asked.turns, { answer: first }, { results }] });
      expect(second).toMatchObject({ text: 'Cool.', finish: 'stop' });
      expect((seen[1]?.body.messages as unknown[] | undefined)?.length).toBe(3);
    });
  });
});

describe('a signature', () => {
  it('of another secret is an error of the gateway, which the client reads nothing of', async () => {
    const { origin, seen } = await bedrockHost(() => ({ text }), {}, 'another-secret');
    const error = await failure(openaiChatDriver, origin, { model: targets[0], turns: [{ user: 'Hi' }] });
    expect(statusOf(error)).toBe(502);
    expect(error.message).not.toMatch(/signature|secret/);
    expect(seen).toEqual([]);
  });

  it('is right for odd models, and an API key needs none', async () => {
    const { origin, seen } = await bedrockHost(() => ({ text }));
    for (const model of ["bedrock/it's.a-model~1 (odd)*!:0", 'bedrock/vendor.x@1', `by-key/${claude}`])
      expect((await openaiChatDriver.ask(origin, { model, turns: [{ user: 'Hi' }] })).text).toBe(text);
    expect(seen[0]?.headers['x-amz-security-token']).toBe('session-token');
    expect(seen[2]?.headers['x-amz-date']).toBeUndefined();
  });

  it('that cannot be made is an error that the client reads nothing of', async () => {
    const { bedrock } = await import('../../../providers/bedrock/src/provider.ts');
    const credentials = (): never => {
      throw new Error('no instance profile at 169.254.169.254');
    };
    const config = { providers: [bedrock({ region: 'eu-central-1', credentials })] };
    const { origin, logger } = await bedrockHost(() => ({ text }), config);
    const error = await failure(openaiChatDriver, origin, { model: targets[0], turns: [{ user: 'Hi' }] });
    expect(statusOf(error)).toBe(502);
    expect(error.message).not.toContain('169.254');
    expect(JSON.stringify(logger.lines)).toContain('no instance profile');
  });
});

describe('an exception before any content', () => {
  it.each(targets)('of %s: another target is asked', async (model) => {
    const reply = ({ model: asked }: Seen): Reply =>
      asked === claude ? { said: { text }, after: 1, exception: ['throttlingException', 'slow down'] } : { text };
    const provider = model.slice(0, model.indexOf('/'));
    const { origin } = await bedrockHost(reply, { models: { chat: [model, `${provider}/anthropic.claude-3-haiku-20240307-v1:0`] } });
    const answer = await openaiChatDriver.ask(origin, { model: 'chat', turns: [{ user: 'Hi' }], stream: true });
    expect(answer.text).toBe(text);
  });

  it.each(targets)('of %s: alone, it is a 429 where it is a rate limit', async (model) => {
    const { origin } = await bedrockHost(() => ({ said: { text }, after: 1, exception: ['throttlingException', 'slow down'] }));
    expect(statusOf(await failure(anthropicDriver, origin, { model, turns: [{ user: 'Hi' }], stream: true }))).toBe(429);
  });
});

describe('reasoning', () => {
  it.each([false, true])('comes back to Bedrock as it was signed, streamed: %s', async (stream) => {
    const reasoning = { text: 'Let me think.', signature: 'Ev8BCkgIDRABGAIqQA==' };
    const calls = [{ id: 'tooluse_1', name: 'weather', input: { place: 'Bern' } }];
    const { origin, seen } = await bedrockHost(
      ({ body }): Said => (JSON.stringify(body).includes('12°') ? { text: 'Cool.' } : { reasoning, calls }),
    );
    const asked: Question = { model: targets[0], turns: [{ user: '?' }], tools: [weather], reasoning: true, stream };
    const first = await anthropicDriver.ask(origin, asked);
    expect(first.reasoning).toBe(reasoning.text);
    const results = first.calls.map((call) => ({ call, text: '12°' }));
    await anthropicDriver.ask(origin, { ...asked, turns: [...asked.turns, { answer: first }, { results }] });
    expect(seen[1]?.body).toMatchObject({
      messages: [{}, { content: [{ reasoningContent: { reasoningText: reasoning } }, { toolUse: { toolUseId: 'tooluse_1' } }] }, {}],
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1024 } },
    });
  });
});

describe("Anthropic's clients and Claude on Bedrock", () => {
  const body =
    '{"model":"MODEL","stream":STREAM,"max_tokens":1.0e2,"messages":[{"role":"user","content":"\\u00e9 \\/ é"}],"x":{"10":1,"2":9007199254740993}}';
  const asked = (stream: boolean): string => body.replace('MODEL', targets[1]).replace('STREAM', String(stream));
  const headers = {
    'anthropic-version': '2023-06-01',
    'anthropic-beta': 'claude-code-20250219, interleaved-thinking-2025-05-14,oauth-2025-04-20',
    'x-api-key': 'gw_of-the-client',
  };

  it('claude-code#11672, litellm#15335: send their own bytes, with the betas that Bedrock knows and no other', async () => {
    const { origin, seen } = await bedrockHost(() => ({ text }));
    const answer = await send(`${origin}/v1/messages?beta=true`, asked(false), { headers });
    expect(answer.status).toBe(200);
    expect(seen[0]?.text).toBe(
      '{"max_tokens":1.0e2,"messages":[{"role":"user","content":"\\u00e9 \\/ é"}],"x":{"10":1,"2":9007199254740993},' +
        '"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["interleaved-thinking-2025-05-14"]}',
    );
    expect(seen[0]?.headers['anthropic-version']).toBeUndefined();
    expect(JSON.stringify(seen[0]?.headers)).not.toMatch(/gw_of-the-client|claude-code/);
  });

  it("get Anthropic's own events, byte for byte, named", async () => {
    const { origin } = await bedrockHost(() => ({ text }));
    const answer = await send(`${origin}/v1/messages`, asked(true), { headers });
    expect(answer.headers['content-type']).toMatch(/^text\/event-stream/);
    const frames = answer.text.split('\n\n').filter((frame) => frame !== '');
    expect(frames.map((frame) => frameFields(frame).data)).toEqual(anthropicEvents({ text }));
    for (const frame of frames) {
      const { name, data } = frameFields(frame);
      expect((JSON.parse(data) as { type: string }).type).toBe(name);
    }
  });
});
