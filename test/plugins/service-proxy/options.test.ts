import { describe, expect, it } from 'vitest';
import { nameOf, serviceProxyOptions } from '../../../plugins/service-proxy/src/options.ts';

describe('serviceProxyOptions', () => {
  it('have a default for everything but path and target', () => {
    expect(serviceProxyOptions.parse({ services: [{ path: '/a/b', target: 'http://x:1/y' }] })).toEqual({
      services: [
        {
          path: '/a/b',
          target: 'http://x:1/y',
          methods: ['GET', 'POST'],
          stripPath: true,
          headers: {},
          forward: [],
          clientHeaders: [],
          answerHeaders: [],
          retries: 1,
        },
      ],
    });
  });
});

describe('nameOf', () => {
  it.each([
    [{ path: '/services/summarise' }, 'services-summarise'],
    [{ path: '/V1/Übersicht' }, 'v1-bersicht'],
    [{ path: '/x', name: 'mine' }, 'mine'],
    [{ path: `/${'x'.repeat(100)}` }, 'x'.repeat(41)],
  ])('of %j is %s', (service, name) => {
    expect(nameOf({ name: undefined, ...service })).toBe(name);
  });
});
