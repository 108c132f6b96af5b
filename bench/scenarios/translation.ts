import { formatContenders } from '../contenders.ts';
import type { Scenario } from './scenario.ts';
import { type SliceSpec, sliceScenario } from './slices.ts';

// What a client of one format costs at a provider of another, against the same client at a provider of its own. Both ends of
// the four ways carry the same texts in as many pieces.

/** Ratios are taken against a chat client at a chat provider. */
const common = { scale: 'chat-chat', sliceMs: 150 };

export const translateJson = translation({
  ...common,
  name: 'translate-json',
  title: 'JSON, 1 KB prompt, 1 KB answer, 32 connections: client format – provider format',
  bytes: 1_000,
  connections: 32,
  per: 'request',
});

export const translateSse = translation({
  ...common,
  name: 'translate-sse',
  title: 'SSE, some 200 events at once, 16 connections: client format – provider format',
  bytes: 1_000,
  stream: { events: 203, gapMs: 0 },
  connections: 16,
  per: 'event',
});

function translation(spec: SliceSpec): Scenario {
  const slices = sliceScenario(spec);
  return { ...slices, run: (lab, plan) => slices.run(lab, { ...plan, contenders: formatContenders }) };
}
