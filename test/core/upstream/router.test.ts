import { describe, expect, it } from 'vitest';
import { openaiChat } from '../../../core/src/dialects/openai-chat/openai-chat.ts';
import { openaiEmbeddings } from '../../../core/src/dialects/openai-embeddings/openai-embeddings.ts';
import { GatewayError } from '../../../core/src/errors.ts';
import { defineProvider } from '../../../core/src/providers/define-provider.ts';
import { openai } from '../../../core/src/providers/openai/openai.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { Router } from '../../../core/src/upstream/router.ts';
import { strangeTarget } from './made-exchange.ts';

const any = openaiCompatible({ name: 'any', baseUrl: 'http://127.0.0.1:1/v1' });
const few = openaiCompatible({ name: 'few', baseUrl: 'http://127.0.0.1:2/v1', models: ['small', 'org/large'] });
const router = new Router([any, few], { chat: ['few/small', 'any/big'], cheap: ['any/tiny'] });

const ids = (name: string) => router.resolve(name).map(({ id }) => id);

describe('Router', () => {
  it('resolves an alias to its targets, best first', () => {
    expect(router.resolve('chat')).toEqual([
      { id: 'few/small', provider: 'few', model: 'small' },
      { id: 'any/big', provider: 'any', model: 'big' },
    ]);
  });

  it('resolves provider/model; the model may have slashes of its own', () => {
    expect(router.resolve('any/meta/llama-3')).toEqual([{ id: 'any/meta/llama-3', provider: 'any', model: 'meta/llama-3' }]);
    expect(ids('few/org/large')).toEqual(['few/org/large']);
  });

  it.each([
    ['a model that the provider does not name', 'few/other'],
    ['a provider that is not there', 'openai/gpt'],
    ['a bare model name', 'small'],
    ['no model', 'any/'],
    ['no provider', '/small'],
    ['nothing', ''],
    ['another case', 'CHAT'],
    ['too long a name', `any/${'x'.repeat(257)}`],
    ['a model with a line break', 'any/m\nlevel=error'],
    ['a model that steers terminals', 'any/m\u001b[2J'],
    ['a model with letters that no header has', 'any/漢'],
    ['a URL', 'https://evil.example/v1/any/m'],
    ['names that every object has', 'constructor'],
    ['a prototype', '__proto__/m'],
  ])('resolves %s to nothing', (_what, name) => {
    expect(router.resolve(name)).toEqual([]);
  });

  it('gives the same target again for the same name, and remembers only so many', () => {
    const own = new Router([any], {});
    const [first] = own.resolve('any/first');
    expect(own.resolve('any/first')[0]).toBe(first);
    for (let name = 0; name < 2_000; name += 1) own.resolve(`any/${name}`);
    expect(own.resolve('any/first')[0]).toBe(first);
    expect(own.resolve('any/1999')[0]).not.toBe(own.resolve('any/1999')[0]);
  });

  it('has targets that nobody can change', () => {
    for (const target of router.resolve('any/m')) expect(Object.isFrozen(target)).toBe(true);
    expect(Object.isFrozen(router.resolve('any/m'))).toBe(true);
  });

  it('has ids that any header can carry, with all the characters that models have', () => {
    const [target] = router.resolve('any/org/Model-3.5_x:free@2024 eu');
    expect(target?.model).toBe('org/Model-3.5_x:free@2024 eu');
    expect(() => new Headers({ 'x-target': target?.id ?? '' })).not.toThrow();
  });

  it('answers a model that cannot be with a 404 that repeats no control character', () => {
    expect(() => router.candidates('any/m\u001b[2J\n', 'openai-chat')).toThrow(/^There is no model "any\/m\\u001b\[2J\\n" here\./);
  });

  it('answers an unknown model with a 404 that names the models there are', () => {
    expect(() => router.candidates('gpt', 'openai-chat')).toThrow(GatewayError);
    expect(() => router.candidates('gpt', 'openai-chat')).toThrow(
      /no model "gpt" here\. Available: chat, cheap, few\/small, any\/big, any\/tiny, few\/org\/large\./,
    );
    expect(router.candidates('cheap', 'openai-chat')).toHaveLength(1);
  });

  it('offers aliases, their targets and the models that providers name, each once', () => {
    expect(router.offered).toEqual([
      { id: 'chat', ownedBy: 'gateway' },
      { id: 'cheap', ownedBy: 'gateway' },
      { id: 'few/small', ownedBy: 'few' },
      { id: 'any/big', ownedBy: 'any' },
      { id: 'any/tiny', ownedBy: 'any' },
      { id: 'few/org/large', ownedBy: 'few' },
    ]);
  });

  it('finds the provider of a target for a dialect that the provider serves, and for no other', () => {
    const chatOnly = defineProvider({ name: 'chat-only', baseUrl: 'http://127.0.0.1:3/v1', paths: { 'openai-chat': '/chat' } });
    const own = new Router([chatOnly], {});
    const [target] = own.resolve('chat-only/m');
    expect(own.ways(target!, openaiChat)).toEqual([{ target, provider: chatOnly, dialect: openaiChat }]);
    expect(own.ways(target!, openaiEmbeddings)).toEqual([]);
    expect(own.ways(strangeTarget, openaiChat)).toEqual([]);
  });

  it('takes names that a pattern fits, after aliases and provider/model', () => {
    const own = new Router([any, few], { chat: ['any/big'], 'gpt-*': ['few/*', 'any/gpt-*'], 'small*': ['few/small*'] });
    expect(own.resolve('gpt-5').map(({ id }) => id)).toEqual(['any/gpt-5']); // few has no model 5
    expect(own.resolve('gpt-small').map(({ id }) => id)).toEqual(['few/small', 'any/gpt-small']);
    expect(own.resolve('chat').map(({ id }) => id)).toEqual(['any/big']);
    expect(own.resolve('any/gpt-5').map(({ id }) => id)).toEqual(['any/gpt-5']);
    expect(own.resolve('smaller')).toEqual([]);
    expect(own.resolve('gpt-\u001b')).toEqual([]);
    expect(own.offered.map(({ id }) => id)).toEqual(['chat', 'any/big', 'few/small', 'few/org/large']);
  });
});

describe('socketTargets', () => {
  const takes = openai({ apiKey: 'sk-x' });
  const mixed = new Router([any, takes], { voice: ['any/m', 'openai/a b', 'openai/c'], none: ['any/m'] });

  it('refuses a model that is not there, and one of which no target takes any', () => {
    expect(() => mixed.socketTargets('nope', 'openai-realtime')).toThrow(expect.objectContaining({ code: 'GW_UNKNOWN_MODEL' }));
    expect(() => mixed.socketTargets('none', 'openai-realtime')).toThrow(/any\/m takes no WebSockets of openai-realtime/);
    expect(() => mixed.socketTargets('openai/c', 'openai-chat')).toThrow(expect.objectContaining({ code: 'GW_NOT_SERVED' }));
  });

  it('are those that take them, in their order, with the model in the path', () => {
    expect(mixed.socketTargets('voice', 'openai-realtime').map(({ target, path }) => [target.id, path])).toEqual([
      ['openai/a b', '/v1/realtime?model=a%20b'],
      ['openai/c', '/v1/realtime?model=c'],
    ]);
  });
});
