import { describe, expect, it } from 'vitest';
import { locationSchema, projectSchema, vertexOrigin, vertexParent } from '../../../core/src/providers/vertex.ts';

describe('a place on Vertex', () => {
  it.each([
    ['europe-west1', 'https://europe-west1-aiplatform.googleapis.com'],
    ['global', 'https://aiplatform.googleapis.com'],
    ['us', 'https://aiplatform.us.rep.googleapis.com'],
    ['eu', 'https://aiplatform.eu.rep.googleapis.com'],
  ])('at %s is served at %s', (location, origin) => {
    expect(vertexOrigin(location)).toBe(origin);
  });

  it('is a path, for projects within a domain too', () => {
    expect(vertexParent({ project: 'p-1', location: 'us' })).toBe('/projects/p-1/locations/us');
    expect(vertexParent({ project: 'example.com:p-1', location: 'us' })).toBe('/projects/example.com%3Ap-1/locations/us');
  });

  it.each(['', 'evil.example/', 'us#', 'us@evil.example', 'US', '1', 'a b', '..', 'a.b', 7, undefined])(
    'has no location %j: it would be another host',
    (location) => {
      expect(locationSchema.safeParse(location).success).toBe(false);
    },
  );

  it.each(['', '../x', 'a/b', 'a?b', 'a b', '.a', undefined])('has no project %j', (project) => {
    expect(projectSchema.safeParse(project).success).toBe(false);
  });
});
