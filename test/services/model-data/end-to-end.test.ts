import { describe, expect, it, vi } from 'vitest';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import { aiGateway } from '../../../core/src/gateway.ts';
import type { Cost } from '../../../core/src/model/principal.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { PriceBook, type PricedCall } from '../../../core/src/services/price-book.ts';
import { cost } from '../../../core/src/slot.ts';
import { lowestCost } from '../../../plugins/routing/src/lowest-cost.ts';
import { modelData } from '../../../services/model-data/src/service.ts';
import { chunk, doneFrame, running, send, type Upstream, upstream } from '../../core/harness/loopback.ts';
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

/** What a plugin that is listed first finds in the slot at the end, where another prices each attempt as it ends. */
function pricing(call: PricedCall = {}) {
  const found: (Cost | undefined)[] = [];
  const reads = definePlugin({
    name: 'reads',
    create: () => ({ onRequest: (context) => void context.onSettled(() => void found.push(context.get(cost))) }),
  });
  const prices = definePlugin({
    name: 'prices',
    requires: [PriceBook],
    create: (_options, { prices }) => ({
      attempt({ exchange, target, onSettled }) {
        onSettled(({ usage }) => {
          if (usage !== undefined) exchange.set(cost, prices.figure(target, usage, call));
        });
      },
    }),
  });
  return { found, plugins: [reads(), prices()] };
}

const counted = { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 };

function answering(tier: string, stream: boolean): Upstream {
  return (_req, res) => {
    const finish = { index: 0, finish_reason: 'stop', ...(stream ? { delta: {} } : { message: { role: 'assistant', content: 'Hi' } }) };
    const answer = { id: 'c', object: 'chat.completion', created: 1, model: 'm', service_tier: tier, choices: [finish], usage: counted };
    res.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'application/json' });
    res.end(
      stream
        ? `${chunk('Hi')}data: ${JSON.stringify({ ...answer, object: 'chat.completion.chunk' })}\n\n${doneFrame}`
        : JSON.stringify(answer),
    );
  };
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

  const table = '@pydantic/genai-prices 0.1.8 (2026-09-23)';

  it.each([
    ['default', false, { nanoDollars: 450_000n, table }],
    ['default', true, { nanoDollars: 450_000n, table }],
    ['flex', false, { nanoDollars: 225_000n, table }],
    ['flex', true, { nanoDollars: 225_000n, table }],
    ['priority', true, { nanoDollars: undefined, table, why: 'large/gpt-5-mini: no price is known of the service tier priority' }],
  ])('what is served as %s, streamed: %s, has its cost in the slot when the exchange is over', async (tier, stream, expected) => {
    const { url } = await upstream(answering(tier, stream));
    const { found, plugins } = pricing({ at: Date.parse('2026-09-23') });
    const gateway = await running(url, { providers: providersAt(url), models, services, plugins });
    await send(`${gateway.url}/v1/chat/completions`, { ...question('Hi'), model: 'large/gpt-5-mini', stream });
    await vi.waitFor(() => expect(found).toEqual([expected]));
  });
});
