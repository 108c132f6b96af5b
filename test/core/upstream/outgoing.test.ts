import { describe, expect, it } from 'vitest';
import { gatewayError } from '../../../core/src/errors.ts';
import { defineProvider, type ProviderSpec } from '../../../core/src/providers/define-provider.ts';
import type { Credential } from '../../../core/src/providers/provider.ts';
import { Attempt } from '../../../core/src/upstream/attempt.ts';
import { type Outgoing, outgoing } from '../../../core/src/upstream/outgoing.ts';
import { firstTry, type MadeExchangeOptions, madeExchange } from './made-exchange.ts';

const base: ProviderSpec = { name: 'up', baseUrl: 'https://up.example/v1', paths: { 'openai-chat': '/chat' } };

interface Options extends MadeExchangeOptions {
  readonly edit?: (attempt: Attempt) => void;
  readonly translated?: { readonly body: Readonly<Record<string, string | boolean>>; readonly dropped: readonly string[] };
}

/** What goes out to a provider. */
function made(spec: Partial<ProviderSpec>, options: Options = {}): { attempt: Attempt; request: Outgoing | Promise<Outgoing> } {
  const provider = defineProvider({ ...base, ...spec });
  const { exchange, targets } = madeExchange([provider], options);
  const attempt = new Attempt({ ...firstTry(exchange, targets[0]!), translated: options.translated });
  options.edit?.(attempt);
  return { attempt, request: outgoing(attempt) };
}

const sent = (spec: Partial<ProviderSpec>, options?: Options): Outgoing => made(spec, options).request as Outgoing;

function headersOf({ headers }: Outgoing): Record<string, string> {
  return Object.fromEntries(Array.from({ length: headers.length / 2 }, (_, at) => [headers[at * 2]!, headers[at * 2 + 1]!]));
}

const bodyOf = ({ body }: Outgoing): Record<string, unknown> => JSON.parse(String(body)) as Record<string, unknown>;

describe('the body', () => {
  const text = '{ "model" : "m", "1":1.0, "messages":[{"role":"user","content":"\\u00e9"}] }';

  it('is the client’s own bytes where nothing has to change', () => {
    expect(String(sent({}, { body: text }).body)).toBe(text);
  });

  it('has the target’s model where the client named an alias, and is byte-exact around it', () => {
    expect(String(sent({}, { body: text.replace('"m"', '"chat"') }).body)).toBe(text);
  });

  it('has the edits of this attempt', () => {
    const { request } = made({}, { body: text, edit: (attempt) => attempt.edits.push({ path: ['max_tokens'], value: 5 }) });
    expect(String((request as Outgoing).body)).toBe(text.replace(/ \}$/, ',"max_tokens":5 }'));
  });

  it('is the translated one where the target speaks another dialect, with the edits in it', () => {
    const translated = { body: { model: 'm', prompt: 'x' }, dropped: ['seed'] };
    const { attempt, request } = made({}, { translated, edit: (one) => one.edits.push({ path: ['limit'], value: 5 }) });
    expect(bodyOf(request as Outgoing)).toEqual({ model: 'm', prompt: 'x', limit: 5 });
    expect(attempt.dropped).toEqual(['seed']);
  });

  it('is what the provider wants otherwise: quirks, then its own last changes', () => {
    const { attempt, request } = made(
      {
        quirks: { unknownFields: ['user'], maxTokensField: 'max_tokens' },
        prepare: (editor, about) => {
          editor.set(['about'], { ...about, clientHeaders: { ...about.clientHeaders } });
          editor.remove(['seed']);
          expect(editor.body.seed).toBe(1);
        },
      },
      { body: { user: 'u', seed: 1, max_completion_tokens: 9 }, headers: { 'openai-beta': 'b' } },
    );
    expect(bodyOf(request as Outgoing)).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'Hello' }],
      max_tokens: 9,
      about: { dialect: 'openai-chat', model: 'm', stream: false, clientHeaders: { 'openai-beta': 'b' } },
    });
    expect(attempt.dropped).toEqual(['user']);
  });

  it('asks for the usage of streams, which is taken out again for who did not ask; a translated one is read for it', () => {
    const streamed = { body: { stream: true } };
    expect(bodyOf(sent({}, streamed))).toMatchObject({ stream_options: { include_usage: true } });
    expect(sent({}, streamed).stripUsage).toBe(true);
    expect(sent({}, {}).stripUsage).toBe(false);
    expect(sent({ quirks: { streamUsage: false } }, streamed).stripUsage).toBe(false);
    const translated = sent({}, { ...streamed, translated: { body: { model: 'm', stream: true }, dropped: [] } });
    expect(bodyOf(translated)).toMatchObject({ stream_options: { include_usage: true } });
    expect(translated.stripUsage).toBe(false);
  });
});

describe('the address', () => {
  it('is the provider’s alone; the model stands in it where the provider wants it', () => {
    expect(sent({})).toMatchObject({ origin: 'https://up.example', path: '/v1/chat' });
    const paths = { 'openai-chat': { whole: '/models/{model}:answer', stream: '/models/{model}:stream?alt=sse' } };
    expect(sent({ paths }).path).toBe('/v1/models/m:answer');
    expect(sent({ paths }, { body: { stream: true } }).path).toBe('/v1/models/m:stream?alt=sse');
  });
});

describe('the head', () => {
  it('asks for what the answer will be', () => {
    expect(headersOf(sent({})).accept).toBe('application/json');
    expect(headersOf(sent({}, { body: { stream: true } })).accept).toBe('text/event-stream');
    const framing = { contentType: 'application/x-frames', decoder: () => ({ incomplete: false, push: (chunk: Buffer) => chunk }) };
    expect(headersOf(sent({ framing }, { body: { stream: true } })).accept).toBe('application/x-frames');
  });

  it('has the dialect’s headers, the client’s own before the provider’s default', () => {
    const spec = { dialectHeaders: { 'openai-chat': { 'openai-beta': 'default', 'x-version': '1' } } };
    expect(headersOf(sent(spec))).toMatchObject({ 'openai-beta': 'default', 'x-version': '1' });
    expect(headersOf(sent(spec, { headers: { 'openai-beta': 'mine' } }))).toMatchObject({ 'openai-beta': 'mine', 'x-version': '1' });
  });

  it('keeps from another dialect’s provider what the client says to its own', () => {
    const translated = { body: { model: 'm' }, dropped: [] };
    expect(headersOf(sent({}, { headers: { 'openai-beta': 'mine' }, translated }))).not.toHaveProperty('openai-beta');
  });

  it('passes of a header only the values that the provider takes', () => {
    const spec = { headerValues: { 'openai-chat': { 'openai-beta': ['known'] } } };
    expect(headersOf(sent(spec, { headers: { 'openai-beta': 'other, known' } }))['openai-beta']).toBe('known');
    expect(headersOf(sent(spec, { headers: { 'openai-beta': 'other' } }))).not.toHaveProperty('openai-beta');
  });

  it('shows the credential of the attempt', () => {
    expect(headersOf(sent({ credentials: [{ headers: { authorization: 'Bearer sk-1' } }] })).authorization).toBe('Bearer sk-1');
  });

  it('shows what a credential makes of the request: it sees all of it, and is waited for', async () => {
    const seen: unknown[] = [];
    const authorize: Credential['authorize'] = async (request) => {
      seen.push({ ...request, body: String(request.body), headers: Object.fromEntries(request.headers) });
      return [['x-signature', 'signed']];
    };
    const request = await made({ credentials: [{ authorize }] }).request;
    expect(headersOf(request)['x-signature']).toBe('signed');
    expect(seen).toMatchObject([
      {
        method: 'POST',
        origin: 'https://up.example',
        path: '/v1/chat',
        headers: { 'content-type': 'application/json' },
        body: expect.any(String),
      },
    ]);
  });

  it.each([
    ['a line break', [['x-signature', 'a\r\nx-other: b']]],
    ['other letters', [['x-signature', 'café']]],
    ['no text', [['x-signature', 5]]],
    ['a name that is none', [['x signature', 'a']]],
    ['what the gateway writes itself', [['Host', 'evil.example']]],
    ['no list', 'x-signature'],
    ['nothing', undefined],
  ])('with %s is refused before it is sent', async (_what, added) => {
    const authorize = async () => added as never;
    await expect(made({ credentials: [{ authorize }] }).request).rejects.toMatchObject({ code: 'GW_UPSTREAM_AUTH' });
  });

  it('that throws at once, or never comes, is waited for by nobody who left', async () => {
    const throws = (): never => {
      throw new Error('at once');
    };
    await expect(made({ credentials: [{ authorize: throws }] }).request).rejects.toMatchObject({ code: 'GW_UPSTREAM_AUTH' });
    let signal: AbortSignal | undefined;
    const hangs: Credential['authorize'] = (request) => {
      signal = request.signal;
      return new Promise(() => {});
    };
    const { attempt, request } = made({ credentials: [{ authorize: hangs }] });
    attempt.exchange.abort(gatewayError('GW_CLIENT_CLOSED'));
    await expect(request).rejects.toMatchObject({ code: 'GW_CLIENT_CLOSED' });
    expect(signal?.aborted).toBe(true);
  });

  it('that cannot be made is the gateway’s own trouble: its words stay out', async () => {
    const authorize = () => Promise.reject(new Error('refresh token sk-secret was revoked'));
    await expect(made({ credentials: [{ authorize }] }).request).rejects.toMatchObject({
      code: 'GW_UPSTREAM_AUTH',
      message: expect.not.stringContaining('sk-secret'),
    });
  });
});
