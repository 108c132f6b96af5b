import { describe, expect, it } from 'vitest';
import type { Target } from '../../../core/src/model/target.ts';
import { provide } from '../../../core/src/services/container.ts';
import { ModelCatalog, type ModelFacts } from '../../../core/src/services/model-catalog.ts';
import { capabilities } from '../../../plugins/routing/src/capabilities.ts';
import { type CallParts, type FakeContext, routed, targetsOf } from './context.ts';
import { several } from './gateway.ts';

function catalogOf(facts: Readonly<Record<string, ModelFacts>>): ModelCatalog {
  return { facts: ({ id }: Target) => facts[id] };
}

const facts = {
  'small/m': { contextTokens: 10, tools: false, vision: false, jsonSchema: false },
  'large/m': { contextTokens: 1_000, tools: true, vision: true, jsonSchema: true },
};

function route(call: CallParts, ids = ['small/m', 'unknown/m', 'large/m']): FakeContext {
  return routed(capabilities(), { targets: targetsOf(...ids), call }, { catalog: catalogOf(facts) });
}

describe('capabilities', () => {
  it.each<[string, CallParts, string]>([
    ['tools', { tools: ['f'] }, 'has no tools'],
    ['images', { attachments: ['image'] }, 'has no images'],
    ['a JSON schema', { body: { response_format: { type: 'json_schema' } } }, 'has no answers by JSON schema'],
    ['room', { texts: ['x'.repeat(400)] }, 'has no room for about 100 tokens (it has 10)'],
    ['room for the answer', { maxOutputTokens: 11 }, 'has no room for about 11 tokens (it has 10)'],
  ])('leaves out who is known to have no %s, and nobody else', (_what, call, why) => {
    const context = route(call);
    expect(context.order).toEqual(['unknown/m', 'large/m']);
    expect(context.reasons).toMatchObject([{ strategy: 'routing.capabilities', excluded: [{ target: 'small/m', why }] }]);
  });

  it('refuses, and names what is missing, rather than send it where it cannot be answered', () => {
    expect(() => route({ tools: ['f'], attachments: ['image'] }, ['small/m'])).toThrow(
      'No target is left for the model "chat": small/m has no tools, images. Leave out what it lacks, or use another model.',
    );
  });

  it('says nothing of calls that everybody can answer', () => {
    expect(route({}).reasons).toEqual([]);
  });

  it('never moves a call that goes on from a state', () => {
    expect(route({ states: ['x'], tools: ['f'] }).order).toEqual(['small/m', 'unknown/m', 'large/m']);
  });

  it('reads no text where nothing is known of any target', () => {
    let read = 0;
    const call = {
      get tools() {
        read += 1;
        return [];
      },
    };
    routed(capabilities(), { targets: targetsOf('x/m', 'y/m'), call });
    expect(read).toBeLessThanOrEqual(1); // the test's own copy
  });

  it('is a 400 for the client, and a fallback never meets a target that cannot', async () => {
    const catalog = provide(ModelCatalog, catalogOf({ 'a/m': { tools: false } }));
    const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }];
    const { chat, asked } = await several(['a', 'b'], { plugins: [capabilities()], services: [catalog] });
    expect((await chat({ tools })).status).toBe(200);
    expect(asked).toEqual(['b']);
    const refused = await chat({ tools, model: 'a/m' });
    expect([refused.status, refused.json.error?.code]).toEqual([400, 'ROUTING_CAPABILITY']);
    expect(asked).toEqual(['b']);
  });
});
