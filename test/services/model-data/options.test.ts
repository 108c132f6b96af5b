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
const priceKeys =
  'no such key (there are: input, cacheRead, cacheWrite, cacheWriteHour, inputAudio, inputImage, inputVideo, cacheReadAudio, cacheReadImage, ' +
  'output, reasoning, outputAudio, outputImage, outputVideo, steps, from, fees, tiers)';
const lists = 'one or more lists of prices, each with another `from`; one of them may have none';
const fee = 'US dollars per 1,000 calls, 0 to 1,000,000';
const from = 'the day from which they hold (2026-10-01, by UTC), or a time with its zone (2026-10-01T00:00:00+02:00)';
const steps = 'a list of prices for longer inputs, each with another length';
const tier = 'a service tier as its provider reports it, in lower case; the standard one has the prices themselves';
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
    [{ models: { x: { prices: { input: 1, cached: 1 } } } }, `models.x.prices.cached: expected ${priceKeys}, received 1`],
    [{ models: { x: { prices: [] } } }, `models.x.prices: expected ${lists}, received an array of 0`],
    [
      { models: { x: { prices: 'cheap' } } },
      'models.x.prices: expected prices in US dollars per million tokens, received a string of 5 characters',
    ],
    [{ models: { x: { prices: [{ input: 1 }, { input: 2 }] } } }, `models.x.prices: expected ${lists}, received an array of 2`],
    [
      {
        models: {
          x: { prices: [2, '2T02+02'].map((to) => ({ input: 1, from: `2026-10-0${to}`.replace('2T02+02', '2T02:00:00+02:00') })) },
        },
      },
      `models.x.prices: expected ${lists}, received an array of 2`, // one moment, written twice
    ],
    [
      { models: { x: { prices: [{ input: 1 }, { output: 2, from: '2026-10-01' }] } } },
      `models.x.prices.1.input: expected ${dollars}, received nothing`,
    ],
    [
      { models: { x: { prices: { input: 1, from: 'tomorrow' } } } },
      `models.x.prices.from: expected ${from}, received a string of 8 characters`,
    ],
    [
      { models: { x: { prices: { input: 1, from: '2026-02-30' } } } },
      `models.x.prices.from: expected ${from}, received a string of 10 characters`,
    ],
    [
      { models: { x: { prices: { input: 1, from: '2026-10-01T00:00:00' } } } },
      `models.x.prices.from: expected ${from}, received a string of 19 characters`,
    ],
    [{ models: { x: { prices: { input: 1, fees: { webSearch: -1 } } } } }, `models.x.prices.fees.webSearch: expected ${fee}, received -1`],
    [
      { models: { x: { prices: { input: 1, fees: { web_search: 1 } } } } },
      'models.x.prices.fees.web_search: expected no such key (there are: request, webSearch, fileSearch, xSearch, codeExecution), received 1',
    ],
    [
      { models: { x: { prices: { input: 1, steps: [{ input: 2 }] } } } },
      'models.x.prices.steps.0.above: expected a whole number of input tokens, 1 or more, received nothing',
    ],
    [
      { models: { x: { prices: { input: 1, steps: [1, 1].map((above) => ({ above, input: 2 })) } } } },
      `models.x.prices.steps: expected ${steps}, received an array of 2`,
    ],
    ...['default', 'Priority', 'auto', 'standard', 'on_demand_flex', 'batch+standard'].map((name): [unknown, string] => [
      { models: { x: { prices: { input: 1, tiers: { [name]: { input: 2 } } } } } },
      `models.x.prices.tiers${/\W/.test(name) ? `["${name}"]` : `.${name}`}: expected ${tier}, received an object`,
    ]),
    [
      { models: { x: { prices: { input: 1, tiers: { flex: {} } } } } },
      `models.x.prices.tiers.flex.input: expected ${dollars}, received nothing`,
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
    const list = {
      input: 0,
      output: 1e6,
      cacheRead: 0.1,
      cacheWrite: 1.25,
      cacheWriteHour: 2,
      reasoning: 3,
      inputAudio: 3,
      outputImage: 120,
    };
    const longer = { ...list, steps: [{ above: 200_000, input: 4 }] };
    const tiers = { priority: longer, flex: list, 'batch+us': list };
    const first = { ...longer, tiers, fees: { request: 5, webSearch: 10, fileSearch: 2.5 } };
    const prices = [{ ...list, from: '2027-01-01T00:00:00+01:00' }, first, { ...list, from: '2026-10-01' }];
    const model = { contextTokens: 1, maxOutputTokens: 128_000, tools: true, vision: false, jsonSchema: true, prices };
    expect(message({})).toBe('');
    expect(
      message({ models: { 'openai/gpt-5-mini': model, 'gpt-5-mini': { prices: first } }, providers: { mine: 'azure', openai: false } }),
    ).toBe('');
  });
});
