import { describe, expect, it } from 'vitest';
import { openaiChat } from '../../../core/src/dialects/openai-chat/openai-chat.ts';
import { gatewayError } from '../../../core/src/errors.ts';
import { HandoffAttempt } from '../../../core/src/handoff/attempt.ts';
import { handoffDialect } from '../../../core/src/handoff/dialect.ts';
import { HandoffExchange } from '../../../core/src/handoff/exchange.ts';
import { InProcessInbound } from '../../../core/src/in-process.ts';
import type { Usage } from '../../../core/src/model/usage.ts';
import { Router } from '../../../core/src/upstream/router.ts';
import { manualClock } from '../harness/manual-clock.ts';
import { recordingLogger } from '../harness/recording-logger.ts';

const used: Usage = { input: 1, output: undefined, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw: undefined };

const target = { id: 'raw/*', provider: 'raw', model: '*' };

function attempt() {
  const clock = manualClock();
  const logger = recordingLogger();
  const dialect = handoffDialect({ name: 'raw', routes: [], target: () => target, carry: () => Promise.reject(new Error('none')) }, [
    openaiChat,
  ]);
  const inbound = new InProcessInbound('POST', '/raw', {}, Buffer.alloc(0));
  const exchange = new HandoffExchange({ clock, logger, router: new Router([], {}) }, inbound, dialect, undefined as never);
  return { clock, logger, exchange, one: new HandoffAttempt(exchange, target) };
}

describe('the attempt of a handoff', () => {
  it('ends once, as a record of the exchange', () => {
    const { one, exchange, clock } = attempt();
    one.status = 200;
    clock.advance(7);
    one.settle('completed', used);
    one.settle('failed', undefined, gatewayError('GW_CLOSING'));
    expect(exchange.attempts).toEqual([
      {
        id: `${exchange.id}.1`,
        target,
        kind: 'first',
        status: 200,
        outcome: 'completed',
        sent: true,
        error: undefined,
        usage: used,
        durationMs: 7,
        dropped: [],
      },
    ]);
  });

  it('tells its end to who asked, however late, and a listener that fails hurts nobody', async () => {
    const { one, logger } = attempt();
    const heard: string[] = [];
    const { onSettled, tap, set, ...known } = one.context();
    expect(known).toMatchObject({ target, kind: 'first', id: one.id });
    onSettled(() => {
      throw new Error('of the listener');
    });
    onSettled(({ outcome }) => void heard.push(`early ${outcome}`));
    tap(() => heard.push('an event'));
    one.settle('aborted', undefined, gatewayError('GW_CLIENT_CLOSED'));
    onSettled(({ outcome }) => void heard.push(`late ${outcome}`));
    await new Promise((go) => setTimeout(go, 0));
    expect(heard).toEqual(['early aborted', 'late aborted']);
    expect(logger.texts('error').join()).toContain('of the listener');
    expect(() => set(['model'], 'x')).toThrow(/carries its requests unread/);
  });
});
