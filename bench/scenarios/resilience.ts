import { sliceScenario } from './slices.ts';

// What it costs to be ready for failures when there are none: retries, breaker, load limit and recovery against the same
// gateway with all of them off, and with two more targets that could be asked.

const common = { scale: 'gateway-careless', bytes: 1_000 };

export const resilienceJson = sliceScenario({
  ...common,
  name: 'resilience-json',
  title: 'JSON, 1 KB prompt, 1 KB answer, 32 connections: ready for failures, or not',
  connections: 32,
  per: 'request',
});

export const resilienceSse = sliceScenario({
  ...common,
  name: 'resilience-sse',
  title: 'SSE, 203 events of 240 bytes at once, 16 connections: ready for failures, or not',
  stream: { events: 203, gapMs: 0 },
  connections: 16,
  per: 'event',
});
