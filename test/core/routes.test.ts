import { describe, expect, it } from 'vitest';
import type { Dialect } from '../../core/src/dialects/dialect.ts';
import { handoffDialect } from '../../core/src/handoff/dialect.ts';
import { RouteTable, routesOf } from '../../core/src/routes.ts';

function dialect(id: string, ...routes: readonly (readonly ['GET' | 'POST', string])[]): Dialect {
  return { id, routes: routes.map(([method, path]) => ({ method, path })), errorBody: () => '' };
}

const chat = dialect('chat', ['POST', '/v1/chat']);
const models = dialect('models', ['GET', '/v1/models'], ['GET', '/v1/models/*']);
const uploads = dialect('uploads', ['POST', '/v1/models'], ['POST', '/v1/models/*'], ['GET', '/v1/files/*']);
const table = new RouteTable([chat, models, uploads]);

describe('the list of routes', () => {
  it('has every route of every dialect, in their order', () => {
    expect(table.routes).toEqual([
      { method: 'POST', path: '/v1/chat', dialect: 'chat', access: 'principal' },
      { method: 'GET', path: '/v1/models', dialect: 'models', access: 'principal' },
      { method: 'GET', path: '/v1/models/*', dialect: 'models', access: 'principal' },
      { method: 'POST', path: '/v1/models', dialect: 'uploads', access: 'principal' },
      { method: 'POST', path: '/v1/models/*', dialect: 'uploads', access: 'principal' },
      { method: 'GET', path: '/v1/files/*', dialect: 'uploads', access: 'principal' },
    ]);
  });

  it('has no route that is not found', () => {
    for (const { method, path, dialect: id } of table.routes)
      expect(table.find(method, path.replace('*', 'some'))).toMatchObject({ dialect: { id } });
  });
});

describe('finding', () => {
  it.each([
    ['POST', '/v1/chat', 'chat', undefined],
    ['GET', '/v1/models', 'models', undefined],
    ['POST', '/v1/models', 'uploads', undefined],
    ['GET', '/v1/models/a', 'models', 'a'],
    ['POST', '/v1/models/a', 'uploads', 'a'],
    ['GET', '/v1/models/up/m', 'models', 'up/m'],
    ['GET', '/v1/models/up%2Fm', 'models', 'up/m'],
    ['GET', '/v1/models/%F0%9F%98%80', 'models', '😀'],
    ['GET', '/v1/models/../chat', 'models', '../chat'],
    ['GET', '/v1/files/x', 'uploads', 'x'],
  ])('%s %s is the route of %s with the parameter %s', (method, path, id, parameter) => {
    expect(table.find(method, path)).toEqual({ dialect: expect.objectContaining({ id }), parameter });
  });

  it.each(['/v1/models/%', '/v1/models/%zz', '/v1/models/%c3%28'])('%s: what does not decode stands for itself', (path) => {
    expect(table.find('GET', path)).toMatchObject({ parameter: path.slice('/v1/models/'.length) });
  });

  it('a path with another method is told what it takes', () => {
    expect(table.find('PUT', '/v1/models')).toMatchObject({ allow: 'GET, POST' });
    expect(table.find('DELETE', '/v1/models/a')).toMatchObject({ allow: 'GET, POST' });
    expect(table.find('GET', '/v1/chat')).toMatchObject({ allow: 'POST' });
  });

  it('HEAD is GET without a body, where there is a GET', () => {
    expect(table.find('HEAD', '/v1/models')).toMatchObject({ dialect: { id: 'models' } });
    expect(table.find('HEAD', '/v1/models/a')).toMatchObject({ dialect: { id: 'models' }, parameter: 'a' });
    expect(table.find('HEAD', '/v1/chat')).toMatchObject({ allow: 'POST' });
  });

  it.each([
    ...['/', '', '/v1', '/v1/', '/v1/chat/', '/V1/chat', '/v1/Chat', '/v1/chat?x', '/v1//chat', '/v1/%63hat', '/x/v1/chat', 'v1/chat'],
    ...['/v1/models/', '/v1/modelsx', '/v1/models*', '/v1/files', '/v1/files/', '__proto__', 'constructor', '/constructor', '*', '/*'],
  ])('%j is not ours', (path) => {
    for (const method of ['GET', 'POST']) expect(table.find(method, path)).toBeUndefined();
  });

  it.each(['get', 'Post', '', '__proto__', 'constructor', 'toString'])('the method %j is none of ours, nor of every object', (method) => {
    expect(table.find(method, '/v1/models')).toMatchObject({ allow: 'GET, POST' });
    expect(table.find(method, '/v1/models/a')).toMatchObject({ allow: 'GET, POST' });
  });

  it('in a table without dialects finds nothing', () => {
    expect(new RouteTable([]).find('GET', '/v1/models')).toBeUndefined();
  });
});

describe('a star in the middle of a path', () => {
  const generate = dialect('generate', ['POST', '/v1/models/*:generate'], ['POST', '/v1/projects/*:generate']);
  const own = new RouteTable([models, generate]);

  it('stands for what is between, slashes and all; the longer pattern says more', () => {
    expect(own.find('POST', '/v1/models/org/m-1:generate')).toMatchObject({ dialect: { id: 'generate' }, parameter: 'org/m-1' });
    expect(own.find('POST', '/v1/projects/p/locations/l/models/m:generate')).toMatchObject({ parameter: 'p/locations/l/models/m' });
    expect(own.find('GET', '/v1/models/m:generate')).toMatchObject({ dialect: { id: 'models' }, parameter: 'm:generate' });
  });

  it('stands for something', () => {
    expect(own.find('POST', '/v1/models/:generate')).toMatchObject({ allow: 'GET' });
    expect(own.find('POST', '/v1/projects/:generate')).toBeUndefined();
  });

  it('does not let the ends of a pattern share characters', () => {
    const narrow = new RouteTable([dialect('narrow', ['POST', '/a/*/a'])]);
    expect(narrow.find('POST', '/a/a')).toBeUndefined();
    expect(narrow.find('POST', '/a//a')).toBeUndefined();
    expect(narrow.find('POST', '/a/b/a')).toMatchObject({ parameter: 'b' });
  });
});

describe('a path of several dialects', () => {
  const claiming = (id: string, header: string): Dialect => ({
    ...dialect(id, ['GET', '/v1/models'], ['GET', '/v1/models/*']),
    claims: (headers) => header in headers,
  });
  const own = new RouteTable([models, claiming('first', 'x-first'), claiming('second', 'x-second')]);

  it.each([
    [{ 'x-first': '1' }, 'first'],
    [{ 'x-second': '1' }, 'second'],
    [{ 'x-first': '1', 'x-second': '1' }, 'first'],
    [{}, 'models'],
  ])('%j is for %s', (headers, id) => {
    expect(own.find('GET', '/v1/models', headers)).toMatchObject({ dialect: { id } });
    expect(own.find('GET', '/v1/models/m', headers)).toMatchObject({ dialect: { id }, parameter: 'm' });
  });

  it('says what it takes in the words of the one that the request is for', () => {
    expect(own.find('POST', '/v1/models', { 'x-second': '1' })).toMatchObject({ allow: 'GET', dialect: { id: 'second' } });
  });

  it('is nobody’s when all of them claim and none does', () => {
    const claimed = new RouteTable([claiming('first', 'x-first'), claiming('second', 'x-second')]);
    expect(claimed.find('GET', '/v1/models', { 'x-first': '' })).toMatchObject({ dialect: { id: 'first' } });
    expect(claimed.find('GET', '/v1/models', {})).toMatchObject({ allow: 'GET' });
  });
});

describe('a handoff', () => {
  const raw = handoffDialect(
    {
      name: 'raw',
      routes: [
        { methods: ['GET', 'DELETE'], path: '/raw/*' },
        { methods: ['PUT'], path: '/raw' },
      ],
      errors: 'chat',
      target: () => ({ id: 'raw/*', provider: 'raw', model: '*' }),
      carry: () => Promise.reject(new Error('none')),
    },
    [chat],
  );
  const own = new RouteTable([chat, raw]);

  it('has its routes in the table, with methods that no dialect has', () => {
    expect(routesOf(raw)).toEqual([
      { method: 'GET', path: '/raw/*' },
      { method: 'DELETE', path: '/raw/*' },
      { method: 'PUT', path: '/raw' },
    ]);
    expect(own.routes.slice(1)).toEqual(routesOf(raw).map((route) => ({ ...route, dialect: 'raw', access: 'principal' })));
    expect(own.find('DELETE', '/raw/x')).toMatchObject({ dialect: { id: 'raw' }, parameter: 'x' });
    expect(own.find('HEAD', '/raw/x')).toMatchObject({ dialect: { id: 'raw' } });
    expect(own.find('POST', '/raw/x')).toMatchObject({ allow: 'GET, DELETE' });
  });

  it('gets its rest as it came: what it sends on must be what was matched', () => {
    expect(own.find('GET', '/raw/a%20b%2Fc')).toMatchObject({ parameter: 'a%20b%2Fc' });
  });
});
