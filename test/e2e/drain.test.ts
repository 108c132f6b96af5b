import { describe, expect, it } from 'vitest';
import { definePlugin, type GatewayPlugin, type PluginHooks } from '../../core/src/define-plugin.ts';
import type { Settlement } from '../../core/src/model/settlement.ts';
import { answerWhole, chunk, doneFrame, gate, lastChunk, running, upstream } from '../core/harness/loopback.ts';
import { leavesNothing } from '../core/harness/nothing-left.ts';
import {
  chatPath,
  chatRequest,
  errorOf,
  exchanged,
  type HostileClient,
  headerOf,
  hostileClient,
  question,
  requestHead,
} from '../kit/hostile-client.ts';
import { encoded, hostileUpstream, streamHead } from '../kit/hostile-upstream.ts';

leavesNothing();

// F-48: the gateway is told to go while hundreds of streams are under way. The design asks for a thousand; some hundred
// take a second here, and the soak run has the thousand.

function plugin(name: string, hooks: PluginHooks): GatewayPlugin {
  return definePlugin({ name, create: () => hooks })();
}

/** Counts settlements by exchange, and notes what came after the last. */
function counting(): { readonly plugin: GatewayPlugin; readonly settlements: Settlement[]; readonly notes: string[] } {
  const settlements: Settlement[] = [];
  const notes: string[] = [];
  const hooks: PluginHooks = {
    onRequest: (context) =>
      context.onSettled(async (settlement) => {
        await new Promise((resolve) => setImmediate(resolve)); // a listener that takes its time
        settlements.push(settlement);
      }),
    dispose: () => void notes.push(`disposed after ${settlements.length}`),
  };
  return { plugin: plugin('counting', hooks), settlements, notes };
}

const upper = plugin('upper', {
  afterResponse: (context) =>
    context.call?.body.user === 'wrapped' ? context.mapTexts(() => ({ push: (text) => text.toUpperCase(), end: () => '' })) : undefined,
});

async function streaming(url: string, count: number, user: (index: number) => string): Promise<HostileClient[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => hostileClient(url)));
  for (const [index, client] of clients.entries()) client.say(chatRequest(question({ stream: true, user: user(index) })));
  await Promise.all(clients.map((client) => client.hears('data: ')));
  return clients;
}

function outcomes(settlements: readonly Settlement[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome, error } of settlements)
    counts[`${outcome} ${error ?? ''}`.trim()] = (counts[`${outcome} ${error ?? ''}`.trim()] ?? 0) + 1;
  return counts;
}

describe('F-48: close() with streams under way', () => {
  it('F-48: those that finish in time come whole; the others end with the error in their stream; each is settled once', async () => {
    const finish = gate();
    const counter = counting();
    const up = await hostileUpstream(async (peer, { body }) => {
      peer.say(streamHead + encoded(chunk('begun ')).toString());
      if (body.includes('endless')) return;
      await finish.opened;
      peer.say(Buffer.concat([encoded(chunk('done') + lastChunk + doneFrame), Buffer.from('0\r\n\r\n')]));
    });
    const { url, gateway } = await running(up.url, { plugins: [counter.plugin], timeouts: { closeMs: 2_000 } });
    const clients = await streaming(url, 300, (index) => (index % 2 === 0 ? 'finishing' : 'endless'));
    const closing = gateway.close();
    expect(gateway.close()).toBe(closing);
    finish.open();
    await closing;
    expect(gateway.close()).toBe(closing);
    await Promise.all(clients.map((client, index) => (index % 2 === 0 ? client.answer() : client.ended)));
    for (const [index, client] of clients.entries()) {
      const [answer] = client.answers;
      if (index % 2 === 0) {
        expect(answer).toMatchObject({ status: 200, complete: true });
        expect(answer?.body).toMatch(/begun .*done.*\[DONE\]\n\n$/s);
      } else {
        expect(answer).toMatchObject({ status: 200, complete: false });
        expect(answer?.body).toMatch(/begun .*"code":"GW_CLOSING"/s);
        expect(answer?.body).not.toMatch(/"finish_reason":"|\[DONE\]/);
      }
    }
    expect(counter.settlements).toHaveLength(300);
    expect(new Set(counter.settlements.map(({ id }) => id)).size).toBe(300);
    expect(outcomes(counter.settlements)).toEqual({ completed: 150, 'failed GW_CLOSING': 150 });
    expect(counter.notes).toEqual(['disposed after 300']);
    await expect.poll(() => up.open).toBe(0);
  });

  it('F-48: streams that plugins wrap, and those that plugins make, end with the same error', async () => {
    const counter = counting();
    const making = plugin('making', {
      afterResponse({ call, response }) {
        if (call?.body.user !== 'made' || response.body.kind !== 'stream') return undefined;
        const events = (async function* () {
          yield { raw: chunk('made') } as never;
          await new Promise(() => {});
        })();
        return { ...response, body: { kind: 'stream', events } };
      },
    });
    const up = await hostileUpstream((peer) => void peer.say(streamHead + encoded(chunk('begun ')).toString()));
    const { url, gateway } = await running(up.url, { plugins: [counter.plugin, upper, making], timeouts: { closeMs: 200 } });
    const users = ['wrapped', 'made', 'raw'];
    const clients = await streaming(url, 90, (index) => users[index % 3] as string);
    await gateway.close();
    await Promise.all(clients.map(({ ended }) => ended));
    for (const [index, { answers }] of clients.entries()) {
      expect(answers).toMatchObject([{ status: 200, complete: false }]);
      expect(answers[0]?.body).toMatch([/BEGUN .*GW_CLOSING/s, /made.*GW_CLOSING/s, /begun .*GW_CLOSING/s][index % 3] as RegExp);
    }
    expect(outcomes(counter.settlements)).toEqual({ 'failed GW_CLOSING': 90 });
    await expect.poll(() => up.open).toBe(0);
  });

  it('F-48: new requests get 503 GW_CLOSING at once, and are sent elsewhere; readiness says so too', async () => {
    const counter = counting();
    const up = await hostileUpstream((peer) => void peer.say(streamHead + encoded(chunk('begun ')).toString()));
    const { url, gateway } = await running(up.url, { plugins: [counter.plugin], timeouts: { closeMs: 2_000 } });
    const [client] = await streaming(url, 1, () => 'u');
    let closed = false;
    const closing = gateway.close().then(() => {
      closed = true;
    });
    for (const bytes of [chatRequest(), requestHead('GET', '/ai/v1/models'), chatRequest(question({ stream: true }))]) {
      const late = await exchanged(url, bytes);
      const answer = await late.answer();
      expect(answer).toMatchObject({ status: 503, complete: true });
      expect(errorOf(answer)).toMatchObject({ code: 'GW_CLOSING', retryable: true, request_id: headerOf(answer, 'x-request-id') });
      expect(headerOf(answer, 'retry-after')).toBe('1');
      expect(headerOf(answer, 'connection')).toBe('close');
      await late.ended;
    }
    expect((await (await exchanged(url, requestHead('GET', '/ai/health/ready'))).answer()).status).toBe(503);
    expect((await (await exchanged(url, requestHead('GET', '/ai/health/live'))).answer()).status).toBe(200);
    expect(closed).toBe(false); // all that while the old stream was under way
    await closing;
    await client?.ended;
    expect(counter.settlements).toHaveLength(1);
    expect(up.requests).toHaveLength(1);
  });

  it('F-48: requests that have no answer yet get a whole 503: in a hook, in an attempt, waiting for the upstream', async () => {
    const counter = counting();
    const waiting = plugin('waiting', {
      beforeRoute: ({ call }) => (call.body.user === 'hook' ? new Promise<void>(() => {}) : undefined),
      attempt: ({ exchange }) => (exchange.call.body.user === 'attempt' ? new Promise<void>(() => {}) : undefined),
    });
    const up = await hostileUpstream(() => {});
    const { url, gateway, logger } = await running(up.url, { plugins: [counter.plugin, waiting], timeouts: { closeMs: 200 } });
    const bodies = ['hook', 'attempt', 'upstream'].flatMap((user) => [true, false].map((stream) => question({ user, stream })));
    const clients = await Promise.all(bodies.map(() => hostileClient(url)));
    for (const [index, client] of clients.entries()) client.say(chatRequest(bodies[index]));
    await up.request(1);
    await gateway.close();
    for (const client of clients) {
      const answer = await client.answer();
      expect(answer).toMatchObject({ status: 503, complete: true });
      expect(errorOf(answer)?.code).toBe('GW_CLOSING');
    }
    expect(outcomes(counter.settlements)).toEqual({ 'failed GW_CLOSING': 6 });
    expect(logger.texts('error')).toEqual([]); // no plugin is blamed
    expect(up.requests).toHaveLength(2);
  });

  it('F-48: an open plugin that is cut short does not let the exchange go on to the upstream', async () => {
    const counter = counting();
    const begun = gate();
    const waiting = definePlugin({
      name: 'waiting',
      onFailure: 'open',
      create: () => ({
        beforeRoute() {
          begun.open();
          return new Promise(() => {});
        },
      }),
    })();
    const up = await hostileUpstream(() => {});
    const { url, gateway, logger } = await running(up.url, { plugins: [counter.plugin, waiting], timeouts: { closeMs: 100 } });
    const client = await hostileClient(url);
    client.say(chatRequest());
    await begun.opened;
    await gateway.close();
    expect(errorOf(await client.answer())?.code).toBe('GW_CLOSING');
    expect(logger.texts('warn').join()).not.toContain('The plugin waiting failed');
    expect(up.peers).toEqual([]);
  });

  it('F-48: clients that do not take their last words lose their connection a second later; close() waits for none', async () => {
    const counter = counting();
    const up = await hostileUpstream(async (peer) => {
      peer.say(streamHead);
      await peer.pour(encoded(chunk('x'.repeat(60_000))), 2_000);
    });
    const { url, gateway } = await running(up.url, { plugins: [counter.plugin], timeouts: { closeMs: 200 } });
    const clients = await Promise.all(Array.from({ length: 20 }, () => hostileClient(url)));
    for (const client of clients) {
      client.stopReading();
      client.say(chatRequest(question({ stream: true })));
    }
    for (let index = 0; index < 20; index += 1) await (await up.peer(index)).stalled(100);
    const started = performance.now();
    await gateway.close();
    expect(performance.now() - started).toBeLessThan(6_000); // 1.2 seconds on an idle machine
    expect(counter.settlements).toHaveLength(20);
    await expect.poll(() => up.open).toBe(0);
    for (const client of clients) {
      client.readOn();
      await client.ended;
      expect(client.answers).toMatchObject([{ complete: false }]);
    }
  });

  it('F-48: uploads that do not end, and whole answers that nobody reads, do not hold it up either', async () => {
    const counter = counting();
    const up = await upstream(answerWhole('x'.repeat(20_000_000)));
    const { url, gateway } = await running(up.url, { plugins: [counter.plugin], timeouts: { closeMs: 200 } });
    const uploading = await hostileClient(url);
    uploading.say(`${requestHead('POST', chatPath, ['content-type: application/json', 'content-length: 1000'])}{"model":`);
    const deaf = await hostileClient(url);
    deaf.stopReading();
    deaf.say(chatRequest());
    await expect.poll(() => up.bodies.length).toBe(1);
    await gateway.close();
    expect(counter.settlements).toHaveLength(2);
    expect(new Set(counter.settlements.map(({ outcome }) => outcome))).not.toContain('completed');
    await uploading.ended;
  });

  it('F-48: with nothing under way it is over at once, and again the same promise', async () => {
    const counter = counting();
    const up = await upstream();
    const { chat, gateway } = await running(up.url, { plugins: [counter.plugin] });
    await chat();
    const closing = gateway.close();
    expect(gateway.close()).toBe(closing);
    await closing;
    expect(counter.notes).toEqual(['disposed after 1']);
    expect((await chat()).json.error?.code).toBe('GW_CLOSING');
  });

  it('F-48: told to go while it starts: those who waited for it get 503, what had started is disposed', async () => {
    const started = gate();
    const notes: string[] = [];
    const slow = plugin('slow', { start: () => started.opened, dispose: () => void notes.push('disposed') });
    const up = await hostileUpstream(() => {});
    const { url, gateway } = await running(up.url, { plugins: [slow] });
    const early = await hostileClient(url);
    await early.sayCut(chatRequest());
    const closing = gateway.close();
    const late = await (await exchanged(url, chatRequest())).answer();
    expect(errorOf(late)?.code).toBe('GW_CLOSING');
    started.open();
    await closing;
    expect(errorOf(await early.answer())?.code).toBe('GW_CLOSING');
    expect(notes).toEqual(['disposed']);
    expect(up.peers).toEqual([]);
  });
});
