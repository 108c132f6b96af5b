import { describe, expect, it } from 'vitest';
import { leavesNothing } from '../core/harness/nothing-left.ts';
import { type CampaignResult, campaign, type FindingKind, generated } from './generate/campaign.ts';
import { expectationOf } from './generate/expectation.ts';
import type { Plant } from './generate/subject.ts';

leavesNothing();

// `npm run fuzz` sends more of the same.
const share = 20_000;

describe('generated bad input', { timeout: 240_000 }, () => {
  it(`HTTP-6, DOS-2, DOS-4: ${share} requests end in an answer, a clear refusal or a closed connection; only what was judged goes upstream`, async () => {
    const seed = Date.now() % 2 ** 31;
    console.log(`bad input: ${share} requests, seed ${seed}`);
    const { findings, report, ended, statuses, forwarded } = await campaign({ requests: share, seed });
    expect(findings, `seed ${seed}`).toEqual([]);
    expect(ended).toBeUndefined();
    expect(report).toEqual({ polluted: false, errorLines: [], warnings: 0 });
    // It was neither all noise nor all well.
    expect(forwarded).toBeGreaterThan(share / 5);
    expect(statuses.get(400)).toBeGreaterThan(share / 5);
  });

  it.each<[Plant, readonly FindingKind[]]>([
    ['careless', ['5xx', 'changed', 'forwarded', 'refusal']],
    ['crashing', ['crash']],
    ['hanging', ['hang']],
  ])('would be found: a %s proxy in the place of the gateway', async (plant, kinds) => {
    const result = await campaign({ requests: 600, seed: 1, plant, patienceMs: 500 });
    expect(kindsOf(result)).toEqual(expect.arrayContaining([...kinds]));
  });

  it('comes again with its seed, and holds bodies of every verdict', () => {
    const once = generated(5, 500, 300);
    expect(generated(5, 500, 300)).toEqual(once);
    expect(generated(6, 500, 300)).not.toEqual(once);
    const verdicts = new Set(once.map((request) => expectationOf(request).kind));
    expect([...verdicts].sort()).toEqual(['local', 'may-pass', 'must-pass', 'refused']);
  });
});

function kindsOf({ findings }: CampaignResult): FindingKind[] {
  return [...new Set(findings.map(({ kind }) => kind))];
}
