import { describe, expect, it } from 'vitest';
import { aiGateway } from '../../../core/src/gateway.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { lowestCost } from '../../../plugins/routing/src/lowest-cost.ts';
import { modelData } from '../../../services/model-data/src/service.ts';
import { running, send, upstream } from '../../core/harness/loopback.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';

leavesNothing();

const models = { chat: ['small/gpt-4', 'plain/m', 'large/gpt-5-mini'] };
/** `gpt-4` takes 8,192 tokens and `gpt-5-mini` 400,000, as the table says. */
const services = modelData({ providers: { small: 'openai', large: 'openai' }, models: { 'plain/m': { tools: false } } });
const tool = { type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } };

function providersAt(url: string) {
  return ['small', 'plain', 'large'].map((name) => openaiCompatible({ name, baseUrl: url }));
}

function question(content: string, tools: readonly unknown[] = []): Record<string, unknown> {
  return { model: 'chat', messages: [{ role: 'user', content }], ...(tools.length > 0 && { tools }) };
}

function explained(body: unknown): [string, boolean, string][] {
  const gateway = aiGateway({ providers: providersAt('http://127.0.0.1:1/v1'), models, services, allowAnonymous: true });
  return gateway.explain({ body }).targets.map(({ id, usable, why }) => [id, usable, why]);
}

describe('a gateway with modelData()', () => {
  it('explains that a target without tools is left out', () => {
    expect(explained(question('Hi', [tool]))).toEqual([
      ['small/gpt-4', true, 'tried first'],
      ['plain/m', false, 'plain/m has no tools'],
      ['large/gpt-5-mini', true, 'tried when the first fails'],
    ]);
  });

  it('explains that a target with a small window is left out', () => {
    expect(explained(question('word '.repeat(20_000))).filter(([, usable]) => !usable)).toEqual([
      ['small/gpt-4', false, expect.stringMatching(/^small\/gpt-4 has a window of \d+ tokens$/)],
    ]);
  });

  it('leaves out no model for embeddings because many texts are asked of it at once', () => {
    const input = Array.from({ length: 100 }, () => 'word '.repeat(1_000));
    const gateway = aiGateway({
      providers: providersAt('http://127.0.0.1:1/v1'),
      models: { vectors: ['small/text-embedding-3-small', 'plain/m'] },
      services,
      allowAnonymous: true,
    });
    const { targets } = gateway.explain({ path: '/v1/embeddings', body: { model: 'vectors', input } });
    expect(targets.map(({ usable }) => usable)).toEqual([true, true]);
  });

  it('sends a call where it fits', async () => {
    const { url, bodies } = await upstream();
    const gateway = await running(url, { providers: providersAt(url), models, services });
    const answer = await send(`${gateway.url}/v1/chat/completions`, question('word '.repeat(20_000), [tool]));
    expect(answer.status).toBe(200);
    expect(bodies.map((body) => JSON.parse(body).model)).toEqual(['gpt-5-mini']);
  });

  it('has prices for the plugin that routes by them', () => {
    const gateway = aiGateway({
      providers: providersAt('http://127.0.0.1:1/v1'),
      models,
      services,
      plugins: [lowestCost()],
      allowAnonymous: true,
    });
    expect(gateway.explain({ body: question('Hi') }).plugins[0]?.says).toContain('by @pydantic/genai-prices 0.1.8 (2026-09-23)');
  });
});
