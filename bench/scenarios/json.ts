import { sliceScenario } from './slices.ts';

/** A short prompt, a short answer, not streamed: what a request costs before it is about anything. */
export const json1k = sliceScenario({
  name: 'json-1k',
  title: 'JSON, 1 KB prompt, 1 KB answer, 32 connections',
  bytes: 1_000,
  connections: 32,
  per: 'request',
});

/** A long conversation in one body: what reading, checking and sending it on costs. */
export const json32k = sliceScenario({
  name: 'json-32k',
  title: 'JSON, 32 KB prompt, 1 KB answer, 32 connections',
  bytes: 32_000,
  connections: 32,
  per: 'request',
});
