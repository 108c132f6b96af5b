import { describe, expect, it } from 'vitest';
import { google } from '../../../core/src/providers/google/google.ts';
import { openai } from '../../../core/src/providers/openai/openai.ts';
import { pathsOf, plainPath, readElsewhere } from '../../../plugins/pass-through/src/paths.ts';

describe('pathsOf', () => {
  it.each([
    ['/v1/files*', ['/v1/files', '/v1/files/*']],
    ['/v1/files/*', ['/v1/files/*']],
    ['/v1/files', ['/v1/files']],
    ['/v1/jobs/*/cancel', ['/v1/jobs/*/cancel']],
  ])('of %s are %j', (path, paths) => {
    expect(pathsOf(path)).toEqual(paths);
  });
});

describe('plainPath', () => {
  it.each([
    ['/v1/chat', '/v1/chat'],
    ['/V1/%63hat;v=1/;x', '/v1/chat'],
    ['/v1/%zz/', '/v1/%zz'],
  ])('of %s is %s', (path, plain) => {
    expect(plainPath(path)).toBe(plain);
  });
});

describe('readElsewhere', () => {
  const isRead = readElsewhere(openai({ apiKey: 'sk-x' }));

  it.each([
    '/v1/chat/completions',
    '/v1/chat/completions/',
    '/v1/chat/completions;x=1',
    '/v1/chat;x=1/completions',
    '/V1/CHAT/completions',
    '/v1/chat/complet%69ons',
    '/v1/responses',
    '/v1/embeddings',
  ])('knows what the gateway reads: %s', (path) => expect(isRead(path)).toBe(true));

  it.each([
    '/v1/chat',
    '/v1/chat/completions/x',
    '/v1/responses/resp_1',
    '/v1/images/generations',
    '/x/v1/chat/completions',
    '/v1/chat.completions',
    '/v1/%zz',
  ])('and what it does not: %s', (path) => expect(isRead(path)).toBe(false));

  it('knows paths with a model in them', () => {
    const googles = readElsewhere(google({ apiKey: 'g' }));
    expect(googles('/v1beta/models/gemini-x:generateContent')).toBe(true);
    expect(googles('/v1beta/models/gemini-x:streamGenerateContent')).toBe(true);
    expect(googles('/v1beta/models/imagen-x:predict')).toBe(false);
  });
});
