import { describe, expect, it } from 'vitest';
import type { GatewayResponse } from '../../../core/src/model/response.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import type { Addressed } from '../../../core/src/upstream/along-targets.ts';
import { impatient } from '../../../core/src/upstream/impatient.ts';
import { settingsOf } from '../resilience/made-states.ts';
import { addressed, madeExchange } from './made-exchange.ts';

const answer = { status: 200 } as GatewayResponse;
const settings = settingsOf({ firstTokenMs: 700, silenceMs: 300 });

async function limitsFor(body: object, own: Partial<Addressed> = {}): Promise<Addressed['limits']> {
  const made = madeExchange([openaiCompatible({ name: 'first', baseUrl: 'http://127.0.0.1:9/v1' })], { body });
  let limits: Addressed['limits'];
  const next = impatient(
    () => settings.call('chat', 'first/m'),
    async (one) => {
      limits = one.limits;
      return answer;
    },
  );
  expect(await next(addressed(made.exchange, made.targets[0]!, own))).toBe(answer);
  return limits;
}

describe('impatient', () => {
  it('sets the limits where another target may be asked instead', async () => {
    expect(await limitsFor({ stream: true })).toEqual({ firstTokenMs: 700, silenceMs: 300 });
  });

  it.each([
    ['no other target is left', { stream: true }, { another: false }],
    ['the answer comes in whole', {}, {}],
    ['the model was asked to reason', { stream: true, reasoning_effort: 'high' }, {}],
  ])('waits as long as the gateway does where %s', async (_what, body, own) => {
    expect(await limitsFor(body, own)).toBeUndefined();
  });
});
