import { describe, expect, it } from 'vitest';
import { checkOptions } from '../../../services/model-data/src/options.ts';

function message(options: unknown): string {
  try {
    checkOptions(options);
  } catch (error) {
    return (error as Error).message.replace('The options of modelData() are not usable:\n', '');
  }
  return '';
}

const dollars = 'US dollars per million tokens, 0 to 1,000,000';
const tokens = 'a whole number of tokens, 1 or more';

describe('options', () => {
  it.each<[unknown, string]>([
    [null, '(the whole value): expected an object of options, received null'],
    [{ model: {} }, 'model: expected no such key (there are: models, providers), received an object'],
    [{ models: [] }, 'models: expected an object of models by name, received an array of 0'],
    [{ models: { 'openai/x': 7 } }, 'models["openai/x"]: expected what you know of a model, received 7'],
    [{ models: { x: { contextTokens: 0 } } }, `models.x.contextTokens: expected ${tokens}, received 0`],
    [{ models: { x: { contextTokens: 1.5 } } }, `models.x.contextTokens: expected ${tokens}, received 1.5`],
    [{ models: { x: { maxOutputTokens: '4096' } } }, `models.x.maxOutputTokens: expected ${tokens}, received a string of 4 characters`],
    [{ models: { x: { tools: null } } }, 'models.x.tools: expected true or false, received null'],
    [
      { models: { 'a.b': { images: true } } },
      'models["a.b"].images: expected no such key (there are: contextTokens, maxOutputTokens, tools, vision, jsonSchema, prices), received true',
    ],
    [{ models: { x: { prices: { output: 1 } } } }, `models.x.prices.input: expected ${dollars}, received nothing`],
    [{ models: { x: { prices: { input: -1 } } } }, `models.x.prices.input: expected ${dollars}, received -1`],
    [{ models: { x: { prices: { input: Number.NaN } } } }, `models.x.prices.input: expected ${dollars}, received NaN`],
    [{ models: { x: { prices: { input: 2e6 } } } }, `models.x.prices.input: expected ${dollars}, received 2000000`],
    [
      { models: { x: { prices: { input: 1, cached: 1 } } } },
      'models.x.prices.cached: expected no such key (there are: input, output, cacheRead, cacheWrite, reasoning), received 1',
    ],
    [{ providers: { mine: true } }, "providers.mine: expected the table's name of a provider, or false, received true"],
    [{ providers: { mine: '' } }, "providers.mine: expected the table's name of a provider, or false, received a string of 0 characters"],
  ])('refuses %j', (options, expected) => {
    expect(message(options)).toBe(`  ${expected}`);
  });

  it('names every mistake', () => {
    expect(message({ models: { x: { tools: 1, vision: 2 } }, limits: 1 }).split('\n')).toHaveLength(3);
  });

  it('repeats no text that may be a secret', () => {
    expect(message({ apiKey: 'sk-1234567890' })).not.toContain('sk-1234567890');
  });

  it('takes what is documented', () => {
    const prices = { input: 0, output: 1e6, cacheRead: 0.1, cacheWrite: 1.25, reasoning: 3 };
    const model = { contextTokens: 1, maxOutputTokens: 128_000, tools: true, vision: false, jsonSchema: true, prices };
    expect(message({})).toBe('');
    expect(message({ models: { 'openai/gpt-5-mini': model, 'gpt-5-mini': {} }, providers: { mine: 'azure', openai: false } })).toBe('');
  });
});
