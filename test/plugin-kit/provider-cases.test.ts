import { describe, expect, it } from 'vitest';
import { anthropic } from '../../core/src/providers/anthropic/anthropic.ts';
import { anthropicVertex } from '../../core/src/providers/anthropic-vertex/anthropic-vertex.ts';
import { azureOpenAI } from '../../core/src/providers/azure-openai/azure-openai.ts';
import { defineProvider } from '../../core/src/providers/define-provider.ts';
import { google } from '../../core/src/providers/google/google.ts';
import { openai } from '../../core/src/providers/openai/openai.ts';
import { openaiCompatible } from '../../core/src/providers/openai-compatible/openai-compatible.ts';
import { type PresetName, presets } from '../../core/src/providers/openai-compatible/presets.ts';
import { type ProviderRegistration, providerCases, testProvider } from '../contract/src/index.ts';
import { callsOf } from '../contract/src/provider/rig/calls.ts';

const first = 'kit-secret-4f1c9a';
const second = 'kit-secret-77be02';
const place = { project: 'p-1', location: 'europe-west1' };
const dated = { endpoint: 'https://res.openai.azure.com', apiVersion: '2024-10-21', deployments: { small: 'prod-small' } };
const one = [first];

const own: Readonly<Record<string, ProviderRegistration>> = {
  openai: { provider: () => openai({ apiKey: [first, second], organization: 'org' }), secrets: [first, second] },
  'azure-openai': { provider: () => azureOpenAI({ resource: 'res', apiKey: first }), secrets: one },
  'azure-openai, dated': { provider: () => azureOpenAI({ ...dated, apiKey: first }), secrets: one },
  'azure-openai, Entra': { provider: () => azureOpenAI({ resource: 'res', accessToken: first }), secrets: one },
  anthropic: { provider: () => anthropic({ apiKey: first }), secrets: one },
  'anthropic, by token': { provider: () => anthropic({ authToken: first }), secrets: one },
  google: { provider: () => google({ apiKey: first }), secrets: one },
  'google, Vertex': { provider: () => google({ vertex: { ...place, accessToken: first } }), secrets: one },
  'google, Vertex express': { provider: () => google({ vertex: { apiKey: first } }), secrets: one },
  'anthropic-vertex': { provider: () => anthropicVertex({ ...place, accessToken: first }), secrets: one },
  'a server without a key': { provider: () => openaiCompatible({ name: 'home', baseUrl: 'http://localhost:1/v1' }), secrets: [] },
  ...Object.fromEntries(
    (Object.keys(presets) as PresetName[]).map((preset): [string, ProviderRegistration] => [
      preset,
      { provider: () => openaiCompatible({ preset, apiKey: first }), secrets: one },
    ]),
  ),
};

describe.each(Object.entries(own))('the contract, kept by %s', (_name, registration) => {
  for (const { name, run } of providerCases(registration)) it(name, run, 20_000);
});

describe('providerCases', () => {
  it('has cases for every format that our own providers serve', () => {
    const served = new Set(Object.values(own).flatMap(({ provider }) => Object.keys(provider().paths)));
    for (const dialect of served) expect(callsOf(dialect)).not.toEqual([]);
  });

  it('gives each case a name of its own', () => {
    for (const registration of Object.values(own)) {
      const names = providerCases(registration).map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it('tries what there is: formats it does not know, secrets and framings that are not there are left out', () => {
    const strange = defineProvider({ name: 'strange', baseUrl: 'https://acme.example', paths: { 'acme-own': '/x/{model}' } });
    const names = providerCases({ provider: () => strange, secrets: [] }).map(({ name }) => name);
    expect(names).toEqual([
      'frozen: every part',
      'no-print: JSON.stringify',
      'no-print: util.inspect',
      'no-print: String',
      'paths: acme-own',
      'headers: of every request',
      'headers: key-1',
      'credentials: names',
      'credentials: key-1',
    ]);
  });

  it('asks for a stream to try a framing with', async () => {
    const framing = { contentType: 'application/x', decoder: () => ({ push: () => Buffer.alloc(0), incomplete: false }) };
    const provider = () => defineProvider({ name: 'framed', baseUrl: 'https://acme.example', paths: {}, framing });
    const report = await testProvider({ provider, secrets: [] });
    expect(report).toMatchObject({ provider: 'framed', passed: false, failedChecks: ['framing'] });
    expect(report.text).toContain('framing: a sample: the provider has a framing; give a stream in the registration');
  });
});

describe('testProvider', () => {
  it('says in one line that all is well, and in one more for each case what is not', async () => {
    const good = await testProvider({ provider: () => openaiCompatible({ preset: 'cerebras', apiKey: first }), secrets: one });
    expect(good).toMatchObject({ passed: true, failedChecks: [] });
    expect(good.text).toBe(`cerebras: ${good.results.length} of ${good.results.length} cases passed`);
    const bad = await testProvider({
      provider: () => openaiCompatible({ preset: 'cerebras', headers: { 'x-key': first } }),
      secrets: one,
      model: '..',
    }).catch((error: Error) => error.message);
    expect(bad).toContain('apiKey');
  }, 30_000);
});
