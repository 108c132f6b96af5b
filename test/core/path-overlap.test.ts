import { describe, expect, it } from 'vitest';
import { matches, overlap } from '../../core/src/path-overlap.ts';

describe('overlap', () => {
  it.each([
    ['/a', '/a'],
    ['/a/*', '/a/b'],
    ['/a/b', '/a/*'],
    ['/a/*', '/a/b/*'],
    ['/*/z', '/a/*'],
    ['/a*', '/ab'],
  ])('%s and %s can mean the same path', (one, other) => {
    expect(overlap(one, other)).toBe(true);
  });

  it.each([
    ['/a', '/b'],
    ['/a/*', '/a/'],
    ['/a/*', '/b/*'],
    ['/*/y', '/*/z'],
    ['/A', '/a'],
  ])('%s and %s cannot', (one, other) => {
    expect(overlap(one, other)).toBe(false);
  });
});

describe('matches', () => {
  it('takes a star in the path for a star', () => {
    expect(matches('/admin/keys', '/*')).toBe(false);
    expect(matches('/admin/*', '/admin/*')).toBe(true);
    expect(matches('/admin/keys', '/admin/keys')).toBe(true);
    expect(matches('/admin/*/rotate', '/admin/k/rotate')).toBe(true);
    expect(matches('/admin/*', '/admin/')).toBe(false);
  });
});
