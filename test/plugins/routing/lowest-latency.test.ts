import { startSimulatedProvider } from '@express-ai-gateway/plugin-kit/simulated-provider';
import { describe, expect, it, onTestFinished } from 'vitest';
import { definePlugin, type GatewayPlugin } from '../../../core/src/define-plugin.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { Clock } from '../../../core/src/services/clock.ts';
import { provide } from '../../../core/src/services/container.ts';
import { routingReasons } from '../../../plugins/routing/src/decision.ts';
import { lowestLatency } from '../../../plugins/routing/src/lowest-latency.ts';
import { answerStream, answerWhole, gate, running, type Upstream } from '../../core/harness/loopback.ts';
import { type ManualClock, manualClock } from '../../core/harness/manual-clock.ts';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { failing, type Several, several } from './gateway.ts';

leavesNothing();

/** Time passes at the provider, and only there. */
function taking(clock: ManualClock, ms: () => number, then: Upstream = answerWhole('slow')): Upstream {
  return (...parts) => {
    clock.advance(ms());
    return then(...parts);
  };
}

/** Writes down what the strategy thought. */
function watching(scores: Record<string, number>[]): GatewayPlugin {
  return definePlugin({
    name: 'watching',
    create: () => ({
      beforeRoute(context) {
        scores.push({ ...context.get(routingReasons)?.[0]?.scores });
      },
    }),
  })();
}

async function gatewayOf(
  answers: (clock: ManualClock) => Readonly<Record<string, Upstream>>,
): Promise<Several & { scores: Record<string, number>[]; clock: ManualClock }> {
  const clock = manualClock();
  const scores: Record<string, number>[] = [];
  const gateway = await several(
    ['a', 'b'],
    { plugins: [lowestLatency(), watching(scores)], services: [provide(Clock, clock)] },
    answers(clock),
  );
  return Object.assign(gateway, { scores, clock });
}

describe('lowestLatency', () => {
  it('leaves a target that became slow after one call, and comes back when it has had time to mend', async () => {
    let ms = 100;
    const { chat, asked, clock } = await gatewayOf((time) => ({ a: taking(time, () => ms), b: taking(time, () => 200) }));
    for (let index = 0; index < 4; index += 1) await chat();
    expect(asked).toEqual(['a', 'b', 'a', 'a']); // each is tried once
    ms = 5_000;
    await chat();
    for (let index = 0; index < 5; index += 1) await chat();
    expect(asked.slice(5)).toEqual(['b', 'b', 'b', 'b', 'b']);
    ms = 10;
    for (let waits = 0; waits < 40; waits += 1) {
      clock.advance(1_000);
      await chat();
    }
    expect(asked.at(-1)).toBe('a');
  });

  it('times a stream to its first content, without taking its events apart', async () => {
    const { chat, scores } = await gatewayOf((time) => ({
      a: taking(time, () => 300, answerStream('one', 'two')),
      b: taking(time, () => 100, answerStream('one')),
    }));
    for (let index = 0; index < 3; index += 1) await chat({ stream: true });
    expect(scores.at(-1)?.['b/m']).toBeCloseTo(100, 0);
    expect(scores.at(-1)?.['a/m']).toBeGreaterThan(250);
  });

  it('prefers the stream that begins first, though it ends last, at real providers', async () => {
    const eager = await startSimulatedProvider({ firstTokenMs: 0, tokenMs: 15 });
    const late = await startSimulatedProvider({ firstTokenMs: 100 });
    onTestFinished(() => Promise.all([eager.close(), late.close()]).then(() => {}));
    const providers = [openaiCompatible({ name: 'late', baseUrl: late.url }), openaiCompatible({ name: 'eager', baseUrl: eager.url })];
    const { chat } = await running(late.url, { providers, models: { chat: ['late/m', 'eager/m'] }, plugins: [lowestLatency()] });
    for (let index = 0; index < 6; index += 1) expect((await chat({ stream: true })).text).toContain('[DONE]');
    expect([late.requests.length, eager.requests.length]).toEqual([1, 5]);
  });

  it('does not take a target that fails fast for a fast one', async () => {
    const { chat, asked } = await gatewayOf((time) => ({ a: failing, b: taking(time, () => 900) }));
    for (let index = 0; index < 5; index += 1) expect((await chat()).status).toBe(200);
    expect(asked).toEqual(['a', 'b', 'b', 'b', 'b', 'b']);
  });

  it('does not hold it against a target that a request was refused', async () => {
    const refusing: Upstream = (_req, res) => {
      res.writeHead(400, { 'content-type': 'application/json' });
      res.end('{"error":{"message":"too long"}}');
    };
    const { chat, asked, scores } = await gatewayOf(() => ({ a: refusing }));
    await chat();
    await chat();
    expect(asked).toEqual(['a', 'a']);
    expect(scores.at(-1)).toEqual({ 'a/m': 0, 'b/m': 0 });
  });

  it('learns from a client that would wait no longer', async () => {
    const leaving = new AbortController();
    const over = gate();
    const { chat, asked } = await gatewayOf((clock) => ({
      a: (_req, res) => {
        res.on('close', () => over.open());
        clock.advance(8_000);
        leaving.abort(); // and no answer
      },
      b: taking(clock, () => 500),
    }));
    await chat({}, { signal: leaving.signal }).catch(() => {});
    await over.opened;
    await chat();
    await chat();
    expect(asked).toEqual(['a', 'b', 'b']);
  });

  it.each([[{ decayMs: 0 }], [{ failureMs: -1 }], [{ decay: 1 }]])('refuses %j', (options) =>
    expect(() => lowestLatency(options as never)).toThrow(/routing\.lowest-latency/),
  );
});
