import { describe, expect, it } from 'vitest';
import { SkipTarget } from '../../core/src/context.ts';
import { definePlugin } from '../../core/src/define-plugin.ts';
import { GatewayError } from '../../core/src/errors.ts';
import { answerWhole, running, upstream } from './harness/loopback.ts';
import { leavesNothing } from './harness/nothing-left.ts';

leavesNothing();

describe('SkipTarget', () => {
  it('is an error with its reason, and no refusal', () => {
    const skip = new SkipTarget('is full');
    expect(skip).toBeInstanceOf(Error);
    expect(skip).not.toBeInstanceOf(GatewayError);
    expect(String(skip)).toBe('SkipTarget: is full');
  });

  it('thrown by an attempt leads to the next target; the skipped one is not asked', async () => {
    const [first, second] = [await upstream(), await upstream(answerWhole('from the second'))];
    const { openaiCompatible } = await import('../../core/src/providers/openai-compatible/openai-compatible.ts');
    const skipping = definePlugin({
      name: 'skipping',
      create: () => ({
        attempt({ target }) {
          if (target.provider === 'one') throw new SkipTarget('is full');
        },
      }),
    })();
    const { chat } = await running(first.url, {
      providers: [
        openaiCompatible({ name: 'one', baseUrl: `${first.url}/v1` }),
        openaiCompatible({ name: 'two', baseUrl: `${second.url}/v1` }),
      ],
      models: { chat: ['one/m', 'two/m'] },
      plugins: [skipping],
    });
    expect((await chat()).json.choices?.[0]?.message.content).toBe('from the second');
    expect(first.bodies).toEqual([]);
  });

  it('thrown for every target is a 503 that tells the reasons', async () => {
    const up = await upstream();
    const skipping = definePlugin({
      name: 'skipping',
      create: () => ({
        attempt() {
          throw new SkipTarget('is full');
        },
      }),
    })();
    const { chat } = await running(up.url, { plugins: [skipping] });
    const answer = await chat();
    expect(answer).toMatchObject({ status: 503, json: { error: { code: 'GW_NO_TARGET' } } });
    expect(answer.json.error?.message).toContain('up/m is full');
    expect(up.bodies).toEqual([]);
  });
});
