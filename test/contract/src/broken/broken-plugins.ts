import type { CheckName } from '../checks/check.ts';
import type { PluginRegistration } from '../registration.ts';
import { answersByHand } from './answers-by-hand.ts';
import { buffersStream } from './buffers-stream.ts';
import { countsTwice } from './counts-twice.ts';
import { hidesFailures } from './hides-failures.ts';
import { iteratesInHook } from './iterates-in-hook.ts';
import { keepsLeaseOnError } from './keeps-lease-on-error.ts';
import { leaksTimer } from './leaks-timer.ts';
import { logsPayloads } from './logs-payloads.ts';
import { masksPerChunk } from './masks-per-chunk.ts';
import { reserialises } from './reserialises.ts';
import { sharesState } from './shares-state.ts';
import { worksForNobody } from './works-for-nobody.ts';

/** A plugin with one mistake, and the check that must find it. */
export interface BrokenPlugin {
  readonly registration: PluginRegistration;
  readonly caughtBy: CheckName;
}

/** Mistakes that plugins make, one each: they show that the checks see. */
export const brokenPlugins: readonly BrokenPlugin[] = [
  { registration: { plugin: keepsLeaseOnError }, caughtBy: 'symmetry' },
  { registration: { plugin: countsTwice }, caughtBy: 'settles-once' },
  { registration: { plugin: answersByHand, answers: { text: 'Hello!', status: 200 } }, caughtBy: 'hook-results' },
  { registration: { plugin: worksForNobody }, caughtBy: 'abort' },
  { registration: { plugin: logsPayloads }, caughtBy: 'private-logs' },
  { registration: { plugin: leaksTimer }, caughtBy: 'no-leak' },
  { registration: { plugin: sharesState }, caughtBy: 'isolation' },
  { registration: { plugin: buffersStream }, caughtBy: 'stream-safety' },
  { registration: { plugin: iteratesInHook }, caughtBy: 'stream-safety' },
  {
    registration: {
      plugin: masksPerChunk,
      changesText: { input: 'My secret is safe.', expected: 'My ****** is safe.', in: ['answer'] },
    },
    caughtBy: 'any-split',
  },
  { registration: { plugin: reserialises }, caughtBy: 'byte-faithful' },
  { registration: { plugin: hidesFailures }, caughtBy: 'failure-policy' },
];
