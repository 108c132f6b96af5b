import {
  CounterStore,
  definePlugin,
  GatewayError,
  type GatewayResponse,
  type StreamEvent,
  type TextEditor,
} from '@express-ai-gateway/core/plugin';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CheckName, contractCases, maskDigits, type PluginRegistration, type TextPlace } from '../contract/src/index.ts';
import { dialects } from '../contract/src/rig/dialects/all.ts';
import { withRig } from '../contract/src/rig/rig.ts';

const idle = definePlugin({ name: 'idle', create: () => ({}) });

const namesOf = (registration: PluginRegistration, check: CheckName): string[] =>
  contractCases(registration)
    .filter((one) => one.check === check)
    .map(({ name }) => name);

/** What a check tries, by dialect and mode. */
function waysIn(check: CheckName): Map<string, Set<string>> {
  const ways = new Map<string, Set<string>>();
  for (const name of namesOf({ plugin: idle }, check)) {
    const [, where = '', what = ''] = /^[a-z-]+: (.+), (.+)$/.exec(name) ?? [];
    ways.set(where, (ways.get(where) ?? new Set()).add(what));
  }
  return ways;
}

describe('contractCases', () => {
  it('knows every dialect that the gateway has', async () => {
    const routes = await withRig({ plugin: idle }, async (rig) => rig.routes);
    const spoken = routes.map(({ dialect }) => dialect).filter((dialect) => dialect !== 'health'); // no exchange, no hooks
    expect(new Set(dialects.map(({ id }) => id))).toEqual(new Set(spoken));
  });

  it('goes every way in every dialect and mode', () => {
    const always = ['refusal', 'malformed body', 'error of the upstream', 'abort on the way in', 'abort while waiting'];
    const whole = new Set(['upstream answer', 'plugin answer', ...always]);
    const streamed = new Set([...whole, 'error in the stream', 'broken stream', 'abort in the stream']);
    const own = new Set(['refusal', 'gateway answer']);
    expect(waysIn('symmetry')).toEqual(
      new Map([
        ['openai-chat, no stream', whole],
        ['openai-chat, stream', streamed],
        ['openai-responses, no stream', whole],
        ['openai-responses, stream', streamed],
        ['openai-input-tokens', whole],
        ['openai-embeddings', whole],
        ['openai-moderations', whole],
        ['openai-completions, no stream', whole],
        ['openai-completions, stream', streamed],
        ['openai-models', own],
        ['anthropic-messages, no stream', whole],
        ['anthropic-messages, stream', streamed],
        ['anthropic-count-tokens', whole],
        ['anthropic-models', own],
        ['google-generate-content, no stream', whole],
        ['google-generate-content, stream', streamed],
        ['google-count-tokens', whole],
        ['google-embed-content', whole],
        ['google-batch-embed-contents', whole],
        ['google-models', own],
      ]),
    );
  });

  it('looks for leaks in whole answers and errors of every dialect that a provider answers, and in streams of those that stream', () => {
    const whole = new Set(['exchanges that end well', 'errors of the upstream']);
    const streamed = new Set([...whole, 'streams that end well', 'streams that are left']);
    const streaming = ['openai-chat', 'openai-responses', 'openai-completions', 'anthropic-messages', 'google-generate-content'];
    const answered = dialects.filter(({ upstream }) => upstream !== undefined).map(({ id }) => id);
    expect(waysIn('no-leak')).toEqual(new Map(answered.map((id) => [id, streaming.includes(id) ? streamed : whole])));
  });

  it('gives each case a name of its own', () => {
    const names = contractCases({ plugin: maskDigits, changesText: { input: '1', expected: '#' } }).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('asks for equality under any cut of plugins that change texts only, and where they change them only', () => {
    expect(namesOf({ plugin: idle }, 'any-split')).toEqual([]);
    const only = (place: TextPlace): string[] =>
      namesOf({ plugin: idle, changesText: { input: 'a', expected: 'b', in: [place] } }, 'any-split').map((name) =>
        name.slice('any-split: '.length),
      );
    const answered = dialects.filter(({ upstream }) => upstream !== undefined).map(({ id }) => id);
    expect(only('request')).toEqual(answered.map((id) => `${id}, the request`));
    expect(only('answer').filter((name) => name.startsWith('openai-'))).toEqual(
      ['openai-chat', 'openai-responses', 'openai-completions'].flatMap((id) => [
        `${id}, a whole answer`,
        `${id}, a stream, its text cut anywhere`,
        `${id}, a stream, its bytes cut anywhere`,
      ]),
    );
    expect(only('toolArguments')).toEqual(
      ['openai-chat', 'openai-responses', 'anthropic-messages', 'google-generate-content'].map(
        (id) => `${id}, tool arguments, cut anywhere`,
      ),
    );
  });

  it('asks for equal bytes unless the plugin says that it changes something', () => {
    expect(namesOf({ plugin: idle }, 'byte-faithful')).not.toEqual([]);
    expect(namesOf({ plugin: idle, changes: 'something' }, 'byte-faithful')).toEqual([]);
    expect(namesOf({ plugin: idle, changes: 'events' }, 'byte-faithful')).toEqual(namesOf({ plugin: idle }, 'byte-faithful'));
  });

  it('takes services away only from plugins that have some', () => {
    const counting = definePlugin({ name: 'counting', requires: [CounterStore], create: () => ({}) });
    expect(namesOf({ plugin: idle }, 'failure-policy')).toEqual([]);
    expect(namesOf({ plugin: counting }, 'failure-policy')).not.toEqual([]);
  });
});

/** What the cases of one check say against a plugin; what the first of them says that objects, where one is enough. */
async function messagesOf(registration: PluginRegistration, check: CheckName, enough = Number.POSITIVE_INFINITY): Promise<string[]> {
  const messages: string[] = [];
  for (const one of contractCases(registration))
    if (one.check === check && messages.length < enough)
      await one.run().catch((error: Error) => messages.push(`${error.name}: ${error.message}`));
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
    const messages = await messagesOf({ plugin: badge }, 'hook-results', 1);
    expect(messages[0]).toMatch(/^ContractViolation: the client got 401 instead of 200: .*give them in the registration\)$/);
  });

  it('says with which status a plugin refuses, and the plugin is held to it', async () => {
    expect(await messagesOf({ plugin: badge, headers, answers: { headers: refused, status: 401 } }, 'hook-results')).toEqual([]);
    const messages = await messagesOf({ plugin: badge, headers, answers: { headers: refused, status: 403 } }, 'hook-results');
    // In each dialect that answers with text, whole and streamed.
    expect(messages).toEqual(Array(10).fill('ContractViolation: its own answer had the status 401; the registration says 403'));
  });
});

const secret = { input: 'My secret is safe 🙂 secre', expected: 'My ****** is safe 🙂 secre' };

/** Masks a word however it is cut: what may be its beginning is held until more is known. */
function patientMask(): TextEditor {
  let held = '';
  return {
    push(piece) {
      const text = (held + piece).replaceAll('secret', '******');
      held = 'secre'.slice(0, [5, 4, 3, 2, 1].find((length) => text.endsWith('secre'.slice(0, length))) ?? 0);
      return text.slice(0, text.length - held.length);
    },
    end: () => held,
  };
}

const patient = definePlugin({
  name: 'patient',
  create: () => ({
    beforeRoute: ({ call }) => {
      for (const text of call.texts()) if (text.text.includes('secret')) text.replace(text.text.replaceAll('secret', '******'));
    },
    afterResponse: (context) => context.mapTexts(patientMask),
  }),
});

describe('any-split', () => {
  it('passes a plugin that holds text back, in every dialect', async () => {
    expect(await messagesOf({ plugin: patient, changesText: secret }, 'any-split')).toEqual([]);
  });

  it('finds that a text is changed where clients read along and not where the end of a stream repeats it', async () => {
    const hasty = definePlugin({
      name: 'hasty',
      create: () => ({ afterResponse: ({ response }) => ({ ...response, body: withDeltasMasked(response.body) }) }),
    });
    const messages = await messagesOf(
      { plugin: hasty, changesText: { input: 'Room 7.', expected: 'Room #.', in: ['answer'] } },
      'any-split',
    );
    // Its whole answers are left alone in all five formats; what is said twice in a stream there is in one.
    expect(messages.filter((message) => message.includes('the pieces'))).toEqual([
      'ContractViolation: the client got "Room 7." for the pieces ["Room 7."]; expected "Room #."',
    ]);
  });
});

/** Masks digits, but only of texts that come in pieces. */
function withDeltasMasked(body: GatewayResponse['body']): GatewayResponse['body'] {
  if (body.kind !== 'stream') return body;
  const { events } = body;
  const masked = async function* (): AsyncGenerator<StreamEvent> {
    for await (const event of events)
      yield event.withTexts(({ channel, text }) => (channel.startsWith('whole:') ? text : text.replaceAll(/\d/g, '#')));
  };
  return { kind: 'stream', events: masked() };
}

describe('no-leak', () => {
  it.each([
    ['contexts', 'contexts are still held', () => ({ onRequest: keep })],
    ['listeners of the process', 'stay on process', () => ({ onRequest: listen })],
  ] as const)('finds %s that stay', async (_what, message, create) => {
    onTestFinished(() => {
      kept.clear();
      process.removeAllListeners('kit-test' as 'exit');
    });
    const messages = await messagesOf({ plugin: definePlugin({ name: 'keeping', create }) }, 'no-leak', 1);
    expect(messages).toEqual([expect.stringContaining(message)]);
  });
});

const kept = new Set<object>();

function keep(context: object): void {
  kept.add(context);
}

function listen(): void {
  process.on('kit-test' as 'exit', () => {});
}

describe('byte-faithful', () => {
  it('lets texts come in other events than they came in where the registration says so, and nothing else', async () => {
    expect(await messagesOf({ plugin: patient, changesText: secret, changes: 'events' }, 'byte-faithful')).toEqual([]);
    const messages = await messagesOf({ plugin: patient, changesText: secret }, 'byte-faithful');
    expect(messages).toEqual(Array(5).fill(expect.stringMatching(/^ContractViolation: the answer to the client differs/)));
    const loud = definePlugin({ name: 'loud', create: () => ({ beforeRoute: ({ call }) => call.set(['seed'], 7) }) });
    expect(await messagesOf({ plugin: loud, changes: 'events' }, 'byte-faithful')).toHaveLength(
      namesOf({ plugin: idle }, 'byte-faithful').length,
    );
  });

  it('finds that signed thinking is edited', async () => {
    const curious = definePlugin({
      name: 'curious',
      create: () => ({
        beforeRoute: ({ call }) => {
          if (call.dialect === 'anthropic-messages') call.set(['messages', 1, 'content', 0, 'thinking'], 'Room ## is free.');
        },
      }),
    });
    const messages = await messagesOf({ plugin: curious }, 'byte-faithful');
    expect(messages).toEqual([expect.stringContaining('thinking'), expect.stringContaining('thinking')]);
  });
});
