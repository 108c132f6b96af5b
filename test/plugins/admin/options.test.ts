import { describe, expect, it } from 'vitest';
import { GatewayConfigError } from '../../../core/src/errors.ts';
import { admin } from '../../../plugins/admin/src/plugin.ts';
import { secrets } from './support/plane.ts';

function problemsOf(options: object): readonly string[] {
  try {
    admin(options as never);
  } catch (error) {
    return (error as GatewayConfigError).problems.map(({ path }) => path);
  }
  return [];
}

describe('the options of admin', () => {
  it('may be left out', () => {
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf({ secret: undefined })).toEqual([]);
    expect(problemsOf({ secret: secrets.root })).toEqual([]);
  });

  it.each(['', 'sk-1234', 'changeme', 'admin', 'a'.repeat(64), 'short-but-random-x9', 'your-secret-of-at-least-32-characters'])(
    'AUTH-8: %s is no secret, and is not repeated',
    (weak) => {
      expect(problemsOf({ secret: weak })).toEqual(['options.secret']);
      expect(problemsOf({ admins: [{ name: 'x', role: 'viewer', secret: weak }] })).toEqual(['options.admins[0].secret']);
      expect(() => admin({ secret: weak })).toThrow(GatewayConfigError);
      if (weak.length > 5) expect(() => admin({ secret: weak })).not.toThrow(weak);
    },
  );

  it.each([
    [{ admins: [{ name: 'x', role: 'root', secret: secrets.root }] }, 'options.admins[0].role'],
    [{ admins: [{ name: '', role: 'admin', secret: secrets.root }] }, 'options.admins[0].name'],
    [{ admins: [{ name: 'a\nb', role: 'admin', secret: secrets.root }] }, 'options.admins[0].name'],
    [{ admins: [{ name: 'x', role: 'admin', secret: secrets.root, tenant: '' }] }, 'options.admins[0].tenant'],
    [{ authenticate: 'yes' }, 'options.authenticate'],
    [{ path: 'admin' }, 'options.path'],
    [{ path: '/' }, 'options.path'],
    [{ path: '/Admin/../x' }, 'options.path'],
    [{ origins: ['https://my.app/'] }, 'options.origins[0]'],
    [{ origins: ['*'] }, 'options.origins[0]'],
    [{ sercet: 'x' }, 'options.sercet'],
  ])('refuse %o', (options, path) => {
    expect(problemsOf(options)).toEqual([path]);
  });

  it('are administrators with names and secrets of their own', () => {
    const one = { name: 'x', role: 'viewer', secret: secrets.root };
    expect(problemsOf({ admins: [one, { ...one, secret: secrets.viewer }] })).toEqual(['options.admins']);
    expect(problemsOf({ admins: [one, { ...one, name: 'y' }] })).toEqual(['options.admins']);
  });
});
