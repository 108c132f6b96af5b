import { setTimeout as sleep } from 'node:timers/promises';
import { callRow } from './caller.ts';
import type { Evidence } from './evidence.ts';
import { judge, type Verdict } from './judge.ts';
import type { Profile } from './profile.ts';
import type { Row } from './rows.ts';
import type { RunningSubject, Subject } from './subject.ts';
import type { ProviderView } from './wall/case-log.ts';

export interface Outcome {
  readonly evidence: Evidence;
  readonly verdict: Verdict;
}

/** The wall, wherever it runs. */
export interface WallHandle {
  /** Base URL, with `/v1`. */
  readonly url: string;
  view(name: string): Promise<ProviderView>;
}

export interface RunOptions {
  readonly wall: WallHandle;
  readonly subject: Subject;
  readonly profile: Profile;
  readonly rows: readonly Row[];
  /** Hears of each row that is over. */
  readonly progress?: (outcome: Outcome) => void;
}

/** For what the gateway closes when it has answered: real time, and not the table's. */
const settlingMs = 300;

/** All rows at once: each has models and a case of its own. Outcomes are in the order of the rows. The wall must be a new one. */
export async function runRows({ wall, subject, profile, rows, progress }: RunOptions): Promise<Outcome[]> {
  const running = await subject.start(wall.url, profile);
  try {
    return await Promise.all(
      rows.map(async (row) => {
        const outcome = await runRow(row, profile, wall, running);
        progress?.(outcome);
        return outcome;
      }),
    );
  } finally {
    await running.close();
  }
}

async function runRow(row: Row, profile: Profile, wall: WallHandle, running: RunningSubject): Promise<Outcome> {
  const caller = await callRow(running, row, profile);
  await sleep(settlingMs);
  const provider = await wall.view(row.route.alias);
  const evidence = { row, caller, provider, profile };
  return { evidence, verdict: judge(evidence) };
}
