import { describe, expect, it } from 'vitest';
import { proxyTo } from '../../../plugins/service-proxy/src/proxy.ts';
import { answerOf, carried, carrying, requestOf } from '../../core/harness/carrying.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { hostileUpstream, wholeAnswer } from '../../kit/hostile-upstream.ts';

leavesNothing();

describe('proxyTo', () => {
  it('keeps the connection for the next request, and closes it when it is closed', async () => {
    const up = await hostileUpstream((peer) => void peer.say(wholeAnswer('{}')));
    const proxy = proxyTo(up.url);
    const { url } = await carrying(up.url, {
      carry: async (transfer) => answerOf(await transfer.through(proxy.middleware, requestOf(transfer))),
    });
    for (let time = 0; time < 5; time += 1) expect((await carried(`${url}/raw/x`, 'POST', 'body')).status).toBe(200);
    expect(up.peers).toHaveLength(1);
    proxy.close();
    await up.peers[0]?.closed;
  });

  it('goes to its origin alone, whatever the path looks like', async () => {
    const up = await hostileUpstream((peer) => void peer.say(wholeAnswer('{}')));
    const attacker = await hostileUpstream((peer) => void peer.say(wholeAnswer('{}')));
    const proxy = proxyTo(up.url);
    let path = '';
    const { url } = await carrying(up.url, {
      carry: async (transfer) => answerOf(await transfer.through(proxy.middleware, { method: 'GET', path, headers: { host: 'evil' } })),
    });
    for (path of [
      `${attacker.url}/x`,
      `//127.0.0.1:${attacker.port}/x`,
      `/x@127.0.0.1:${attacker.port}`,
      `/http://127.0.0.1:${attacker.port}`,
    ])
      await carried(`${url}/raw/x`, 'GET');
    proxy.close();
    expect(up.requests).toHaveLength(4);
    for (const { headers } of up.requests) expect(headers).toContainEqual(['host', `127.0.0.1:${up.port}`]);
    expect(attacker.peers).toHaveLength(0);
  });

  it('follows no redirect', async () => {
    const attacker = await hostileUpstream((peer) => void peer.say(wholeAnswer('{}')));
    const up = await hostileUpstream((peer) => void peer.say(wholeAnswer('', { location: `${attacker.url}/` }, 307)));
    const proxy = proxyTo(up.url);
    const { url } = await carrying(up.url, {
      carry: async (transfer) => answerOf(await transfer.through(proxy.middleware, requestOf(transfer))),
    });
    expect((await carried(`${url}/raw/x`, 'GET')).status).toBe(307);
    proxy.close();
    expect(attacker.peers).toHaveLength(0);
  });

  it('a kept connection that its server has closed meanwhile is no error of the next request', async () => {
    const up = await hostileUpstream((peer) => {
      peer.say(wholeAnswer('{}'));
      setTimeout(() => peer.finish(), 20);
    });
    const proxy = proxyTo(up.url);
    const { url } = await carrying(up.url, {
      carry: async (transfer) => answerOf(await transfer.through(proxy.middleware, requestOf(transfer))),
    });
    for (let time = 0; time < 3; time += 1) {
      expect((await carried(`${url}/raw/x`, 'POST', 'body')).status).toBe(200);
      await up.peers.at(-1)?.closed;
    }
    proxy.close();
  });
});
