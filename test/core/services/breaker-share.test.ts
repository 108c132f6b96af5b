import { describe, expect, it } from 'vitest';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { type BreakerNews, BreakerShare, lonelyBreakers } from '../../../core/src/services/breaker-share.ts';
import { provide } from '../../../core/src/services/container.ts';
import { answerWhole, running, upstream } from '../harness/loopback.ts';
import { leavesNothing } from '../harness/nothing-left.ts';

leavesNothing();

/** What a store between processes would be: each hears what the others tell. */
function between() {
  const listeners = new Map<number, (news: BreakerNews) => void>();
  const told: BreakerNews[] = [];
  const at = (place: number): BreakerShare => ({
    tell(news) {
      told.push(news);
      for (const [other, listener] of listeners) if (other !== place) listener(news);
    },
    listen(listener) {
      listeners.set(place, listener);
      return () => listeners.delete(place);
    },
  });
  return { at, told, listeners };
}

describe('BreakerShare', () => {
  it('by default tells nobody', () => {
    const share = lonelyBreakers();
    share.tell({ target: 'a/m', state: 'open' });
    share.listen(() => {
      throw new Error('nobody is there');
    })();
  });

  it("spares a process what another has found out, and tells only one's own", async () => {
    let broken = true;
    const ill = await upstream((req, res, body) => (broken ? void res.writeHead(500).end() : answerWhole('ill')(req, res, body)));
    const well = await upstream(answerWhole('well'));
    const { at, told, listeners } = between();
    const process = (place: number) =>
      running(well.url, {
        providers: [
          openaiCompatible({ name: 'ill', baseUrl: `${ill.url}/v1` }),
          openaiCompatible({ name: 'well', baseUrl: `${well.url}/v1` }),
        ],
        models: { chat: ['ill/m', 'well/m'] },
        services: [provide(BreakerShare, at(place))],
        resilience: { retries: 0, breaker: { consecutive: 2, probeMs: 300 } },
      });
    const [one, other] = [await process(1), await process(2)];
    for (let call = 0; call < 2; call += 1) expect((await one.chat()).status).toBe(200);
    expect(told).toEqual([{ target: 'ill/m', state: 'open' }]);
    const before = ill.bodies.length;
    expect((await other.chat()).headers['x-gateway-target']).toBe('well/m');
    expect(ill.bodies).toHaveLength(before);
    expect(other.gateway.health()).toMatchObject([{ target: 'ill/m', state: 'open' }, {}]);

    broken = false;
    await new Promise((resolve) => setTimeout(resolve, 350));
    expect((await one.chat()).headers['x-gateway-target']).toBe('ill/m');
    expect(told).toEqual([
      { target: 'ill/m', state: 'open' },
      { target: 'ill/m', state: 'closed' },
    ]);
    expect((await other.chat()).headers['x-gateway-target']).toBe('ill/m');
    await one.gateway.close();
    expect([...listeners.keys()]).toEqual([2]);
  });
});
