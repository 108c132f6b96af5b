import { CounterStore, definePlugin, GatewayError } from '@express-ai-gateway/core/plugin';
import { describe, expect, it } from 'vitest';
import { type CheckName, contractCases, maskDigits, type PluginRegistration, testPlugin } from '../contract/src/index.ts';
import { dialects } from '../contract/src/rig/dialects.ts';
import { withRig } from '../contract/src/rig/rig.ts';

const idle = definePlugin({ name: 'idle', create: () => ({}) });

const namesOf = (registration: PluginRegistration, check: CheckName): string[] =>
  contractCases(registration)
    .filter((one) => one.check === check)
    .map(({ name }) => name);

describe('contractCases', () => {
  it('knows every dialect that the gateway has', async () => {
    const routes = await withRig({ plugin: idle }, async (rig) => rig.routes);
    const spoken = routes.map(({ dialect }) => dialect).filter((dialect) => dialect !== 'health'); // no exchange, no hooks
    expect(new Set(dialects.map(({ id }) => id))).toEqual(new Set(spoken));
  });

  it('goes every way in every dialect and mode', () => {
    expect(namesOf({ plugin: idle }, 'symmetry')).toMatchInlineSnapshot(`
      [
        "symmetry: openai-chat, no stream, upstream answer",
        "symmetry: openai-chat, no stream, plugin answer",
        "symmetry: openai-chat, no stream, refusal",
        "symmetry: openai-chat, no stream, malformed body",
        "symmetry: openai-chat, no stream, error of the upstream",
        "symmetry: openai-chat, no stream, abort on the way in",
        "symmetry: openai-chat, no stream, abort while waiting",
        "symmetry: openai-chat, stream, upstream answer",
        "symmetry: openai-chat, stream, plugin answer",
        "symmetry: openai-chat, stream, refusal",
        "symmetry: openai-chat, stream, malformed body",
        "symmetry: openai-chat, stream, error of the upstream",
        "symmetry: openai-chat, stream, error in the stream",
        "symmetry: openai-chat, stream, broken stream",
        "symmetry: openai-chat, stream, abort on the way in",
        "symmetry: openai-chat, stream, abort while waiting",
        "symmetry: openai-chat, stream, abort in the stream",
        "symmetry: openai-embeddings, upstream answer",
        "symmetry: openai-embeddings, plugin answer",
        "symmetry: openai-embeddings, refusal",
        "symmetry: openai-embeddings, malformed body",
        "symmetry: openai-embeddings, error of the upstream",
        "symmetry: openai-embeddings, abort on the way in",
        "symmetry: openai-embeddings, abort while waiting",
        "symmetry: openai-models, refusal",
        "symmetry: openai-models, gateway answer",
      ]
    `);
  });

  it('gives each case a name of its own', () => {
    const names = contractCases({ plugin: maskDigits, changesText: { input: '1', expected: '#' } }).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('asks for equality under any cut of plugins that change texts only, and where they change them only', () => {
    expect(namesOf({ plugin: idle }, 'any-split')).toEqual([]);
    expect(namesOf({ plugin: idle, changesText: { input: 'a', expected: 'b', in: ['request'] } }, 'any-split')).toEqual([
      'any-split: openai-chat, the request',
      'any-split: openai-embeddings, the request',
    ]);
  });

  it('asks for equal bytes unless the plugin says that it changes something', () => {
    expect(namesOf({ plugin: idle }, 'byte-faithful')).not.toEqual([]);
    expect(namesOf({ plugin: idle, changes: 'something' }, 'byte-faithful')).toEqual([]);
  });

  it('takes services away only from plugins that have some', () => {
    const counting = definePlugin({ name: 'counting', requires: [CounterStore], create: () => ({}) });
    expect(namesOf({ plugin: idle }, 'failure-policy')).toEqual([]);
    expect(namesOf({ plugin: counting }, 'failure-policy')).not.toEqual([]);
  });
});

/** What the cases of one check say against a plugin. */
async function messagesOf(registration: PluginRegistration, check: CheckName): Promise<string[]> {
  const messages: string[] = [];
  for (const one of contractCases(registration))
    if (one.check === check) await one.run().catch((error: Error) => messages.push(`${error.name}: ${error.message}`));
  return messages;
}

describe('a registration', () => {
  const badge = definePlugin({
    name: 'badge',
    create: () => ({
      onRequest: ({ headers }) => {
        if (!String(headers['x-badge'] ?? '').startsWith('caller'))
          throw new GatewayError({ status: 401, code: 'NO_BADGE', message: 'Show your badge in x-badge.' });
      },
    }),
  });
  const headers = (caller: string) => ({ 'x-badge': caller });
  const refused = { 'x-badge': 'none' };

  it('gives the headers with which a plugin lets the kit through', async () => {
    expect(await messagesOf({ plugin: badge, headers }, 'hook-results')).toEqual([]);
  });

  it('is asked for them when the kit cannot get past a plugin', async () => {
    const messages = await messagesOf({ plugin: badge }, 'hook-results');
    expect(messages[0]).toMatch(/^ContractViolation: the client got 401 instead of 200: .*give them in the registration\)$/);
  });

  it('says with which status a plugin refuses, and the plugin is held to it', async () => {
    expect(await messagesOf({ plugin: badge, headers, answers: { headers: refused, status: 401 } }, 'hook-results')).toEqual([]);
    expect(await messagesOf({ plugin: badge, headers, answers: { headers: refused, status: 403 } }, 'hook-results')).toEqual([
      'ContractViolation: its own answer had the status 401; the registration says 403',
      'ContractViolation: its own answer had the status 401; the registration says 403',
    ]);
  });
});

describe('testPlugin', () => {
  it('passes a plugin that does nothing, and says so in one line', async () => {
    const report = await testPlugin({ plugin: idle });
    expect(report).toMatchObject({ plugin: 'idle', passed: true, failedChecks: [] });
    expect(report.text).toBe(`idle: ${report.results.length} of ${report.results.length} cases passed`);
  }, 60_000);

  it('names each case that did not pass, and why', async () => {
    const shouting = definePlugin({ name: 'shouting', create: () => ({ beforeRoute: ({ call }) => call.set(['seed'], 7) }) });
    const report = await testPlugin({ plugin: shouting });
    expect(report).toMatchObject({ passed: false, failedChecks: ['byte-faithful'] });
    expect(report.text.split('\n')[1]).toMatch(
      /^ {2}byte-faithful: openai-chat, no stream: the request to the upstream differs at character \d+: /,
    );
  }, 60_000);
});
