import { describe, expect, it } from 'vitest';
import { subjectOf, subjectSources } from '../../../plugins/routing/src/subject.ts';
import { contextOf } from './context.ts';

const key = { id: 'key-1', kind: 'key', tenant: 'acme', user: 'alice' } as const;

describe('subjectOf', () => {
  it('is the first of the sources that there is', () => {
    const context = contextOf({ who: key, headers: { 'x-session-id': 's-1' }, call: { body: { metadata: { user_id: 'u-1' } } } });
    const of = (...sources: string[]): string | undefined => subjectOf(context, sources);
    expect(of('header:x-session-id', 'user')).toBe('["acme","header:x-session-id","s-1"]');
    expect(of('header:X-Session-Id')).toContain('s-1');
    expect(of('header:x-other', 'body:metadata.user_id')).toContain('u-1');
    expect(of('body:user', 'user')).toContain('alice');
    expect(of('principal')).toContain('key-1');
    expect(of('tenant')).toContain('acme');
    expect(of('ip')).toBeUndefined();
  });

  it('does not keep everybody together who is anonymous, nor those without the field', () => {
    const context = contextOf({ who: { id: 'anonymous', kind: 'anonymous' }, headers: { 'x-session-id': '' }, ip: '10.0.0.1' });
    expect(subjectOf(context, ['header:x-session-id', 'principal', 'user', 'tenant'])).toBeUndefined();
    expect(subjectOf(context, ['principal', 'ip'])).toContain('10.0.0.1');
  });

  it('tells the same session of two tenants apart', () => {
    const of = (tenant: string): string | undefined =>
      subjectOf(contextOf({ who: { ...key, tenant }, headers: { 'x-session-id': 's' } }), ['header:x-session-id']);
    expect(of('acme')).not.toBe(of('other'));
  });

  it.each([['constructor.name'], ['__proto__.x'], ['list.0'], ['text.length'], ['missing.deep.path'], ['number']])(
    'finds nothing at body:%s, and does not throw',
    (path) => {
      const body = { list: ['x'], text: 'x', number: 1 };
      expect(subjectOf(contextOf({ call: { body } }), [`body:${path}`])).toBeUndefined();
    },
  );

  it('looks at no body that nobody reads', () => {
    const call = { opaque: true } as const;
    expect(subjectOf(contextOf({ call, who: key }), ['body:user', 'user'])).toContain('alice');
  });
});

describe('subjectSources', () => {
  it.each([['session'], ['header:'], ['header:a b'], ['body:'], ['body:a[0]']])('refuse %s', (source) =>
    expect(subjectSources.safeParse([source]).success).toBe(false),
  );
});
