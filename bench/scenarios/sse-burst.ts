import { sliceScenario } from './slices.ts';

/**
 * Streams that arrive all at once: what an event costs when reading and writing cost next to nothing. Our gateway meters
 * them: it asks for usage and takes out again what the client did not ask for, in every event.
 */
export const sseBurst = sliceScenario({
  name: 'sse-burst',
  title: 'SSE, 203 events of 240 bytes at once, 16 connections',
  bytes: 1_000,
  stream: { events: 203, gapMs: 0 },
  connections: 16,
  per: 'event',
});
