import { describe, expect, it } from 'vitest';
import { openaiChat } from '../../../core/src/dialects/openai-chat/openai-chat.ts';
import { handoffDialect } from '../../../core/src/handoff/dialect.ts';
import { HandoffExchange } from '../../../core/src/handoff/exchange.ts';
import { OpaqueCall } from '../../../core/src/handoff/opaque-call.ts';
import type { ClientBody } from '../../../core/src/http/client-body.ts';
import { InProcessInbound } from '../../../core/src/in-process.ts';
import type { Usage } from '../../../core/src/model/usage.ts';
import { contextOf } from '../../../core/src/plugin-context.ts';
import { Router } from '../../../core/src/upstream/router.ts';
import { manualClock } from '../harness/manual-clock.ts';
import { recordingLogger } from '../harness/recording-logger.ts';

const used: Usage = { input: 5, output: undefined, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw: undefined };

function exchange(): { one: HandoffExchange; notes: string[] } {
  const notes: string[] = [];
  const dialect = handoffDialect(
    {
      name: 'raw',
      routes: [],
      target: () => ({ id: 'raw/*', provider: 'raw', model: '*' }),
      carry: () => Promise.reject(new Error('none')),
    },
    [openaiChat],
  );
  const client = { received: 12, release: () => void notes.push('client released') } as unknown as ClientBody;
  const parts = { clock: manualClock(), logger: recordingLogger(), router: new Router([], {}) };
  const inbound = new InProcessInbound('POST', '/raw', {}, Buffer.alloc(0));
  return { one: new HandoffExchange(parts, inbound, dialect, client), notes };
}

describe('an exchange that is carried', () => {
  it('shows plugins its opaque call, and has no other', () => {
    const { one } = exchange();
    const context = contextOf(one);
    expect(context.call).toBeUndefined();
    one.opaqueCall = new OpaqueCall('raw', 3);
    expect(context.call).toBe(one.opaqueCall);
    expect(one.call).toBeUndefined();
    expect(() => one.requireCall()).toThrow(/no call/);
  });

  it('settles with the bytes that came and the usage of its answer, and lets go of both ends', () => {
    const { one, notes } = exchange();
    one.transfer = { usage: () => used, release: () => void notes.push('transfer released') };
    one.statusSent = 200;
    void one.settle(true);
    expect(notes).toEqual(['transfer released', 'client released']);
    expect(one.settlement).toMatchObject({
      outcome: 'completed',
      dialect: 'raw',
      model: undefined,
      bytesIn: 12,
      usage: used,
      streamed: false,
    });
  });

  it('that was refused before anything went out settles as well', () => {
    const { one, notes } = exchange();
    one.statusSent = 401;
    void one.settle(true);
    expect(notes).toEqual(['client released']);
    expect(one.settlement).toMatchObject({ outcome: 'completed', status: 401, usage: undefined });
  });
});
