import { z } from 'zod';

/** Google Cloud's project and location, for every provider that is served there. */
export interface VertexPlace {
  readonly project: string;
  /** A region such as `europe-west1`, a multi-region (`us`, `eu`), or `global`. */
  readonly location: string;
}

export const projectRule = 'the id or number of a Google Cloud project';
export const locationRule = 'a location such as europe-west1, eu or global';

/** Project ids are DNS labels, in organisations of old with a domain before a colon. */
export const projectSchema = z.string({ error: projectRule }).regex(/^[a-z0-9][a-z0-9.:-]{0,127}$/, { error: projectRule });

/** A part of a host name: nothing that could end it. */
export const locationSchema = z.string({ error: locationRule }).regex(/^[a-z][a-z0-9-]{0,62}$/, { error: locationRule });

/** Without a location's own host: keys of Vertex express, and `global`. */
export const vertexGlobal = 'https://aiplatform.googleapis.com';

/** Where a location is served (`@google/genai` 3.1 and `@anthropic-ai/vertex-sdk` 1.1 agree). */
export function vertexOrigin(location: string): string {
  if (location === 'global') return vertexGlobal;
  if (location === 'us' || location === 'eu') return `https://aiplatform.${location}.rep.googleapis.com`;
  return `https://${location}-aiplatform.googleapis.com`;
}

/** The path of everything in a project's location. */
export function vertexParent({ project, location }: VertexPlace): string {
  return `/projects/${encodeURIComponent(project)}/locations/${location}`;
}
