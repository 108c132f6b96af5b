import { describe, expect, it } from 'vitest';
import type { AnswerBound, AttemptContext } from '../../../core/src/context.ts';
import { definePlugin } from '../../../core/src/define-plugin.ts';
import { anthropic } from '../../../core/src/providers/anthropic/anthropic.ts';
import { google } from '../../../core/src/providers/google/google.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import { running, send, upstream } from '../harness/loopback.ts';
import { leavesNothing } from '../harness/nothing-left.ts';

leavesNothing();

/** A gateway before three providers, whose plugin does something to each attempt. */
async function gateway(look: (attempt: AttemptContext) => void) {
  const up = await upstream((_req, res) => res.writeHead(500).end('{}'));
  const looking = definePlugin({ name: 'looking', create: () => ({ attempt: look }) })();
  const run = await running(up.url, {
    providers: [
      openaiCompatible({ name: 'up', baseUrl: `${up.url}/v1` }),
      openaiCompatible({ name: 'old', baseUrl: `${up.url}/v1`, quirks: { maxTokensField: 'max_tokens' } }),
      anthropic({ apiKey: 'x', baseUrl: up.url }),
      google({ apiKey: 'x', baseUrl: up.url }),
    ],
    models: { chat: 'up/m', old: 'old/m', claude: 'anthropic/claude-sonnet-4-5', gemini: 'google/gemini-2.5-pro' },
    plugins: [looking],
  });
  const sent = (): Record<string, unknown> => JSON.parse(up.bodies.at(-1) as string) as Record<string, unknown>;
  return { ...run, up, sent };
}

describe('attempt.answerLimit and attempt.limitAnswer', () => {
  it('speak of the request as the target gets it, and write the limit in its words', async () => {
    const seen: (AnswerBound | undefined)[] = [];
    const { chat, sent } = await gateway((attempt) => {
      seen.push(attempt.answerLimit());
      attempt.limitAnswer(40);
      seen.push(attempt.answerLimit());
    });
    await chat({ model: 'chat' });
    expect(sent()).toMatchObject({ max_completion_tokens: 40 });
    await chat({ model: 'chat', max_tokens: 900, n: 2 });
    expect(sent()).toMatchObject({ max_tokens: 40, n: 2 });
    await chat({ model: 'chat', max_tokens: 9 });
    expect(sent()).toMatchObject({ max_tokens: 9 });
    await chat({ model: 'old' });
    expect(sent()).toMatchObject({ max_tokens: 40 });
    expect(sent()).not.toHaveProperty('max_completion_tokens');
    await chat({ model: 'claude', max_tokens: 70 });
    expect(sent()).toMatchObject({ max_tokens: 40 });
    await chat({ model: 'gemini' });
    expect(sent()).toMatchObject({ generationConfig: { maxOutputTokens: 40 } });
    const [none, forty] = [
      { tokens: undefined, answers: 1 },
      { tokens: 40, answers: 1 },
    ];
    expect(seen.slice(0, 8)).toEqual([
      none,
      forty,
      { tokens: 900, answers: 2 },
      { tokens: 40, answers: 2 },
      { tokens: 9, answers: 1 },
      { tokens: 9, answers: 1 },
      none,
      forty,
    ]);
    expect(seen.slice(8, 10)).toEqual([{ tokens: 70, answers: 1 }, forty]);
    expect(seen.slice(11)).toEqual([forty]);
  });

  it('are nothing where answers are no texts', async () => {
    const seen: unknown[] = [];
    const { url, up } = await gateway((attempt) => {
      seen.push(attempt.answerLimit());
      attempt.limitAnswer(5);
    });
    await send(`${url}/v1/embeddings`, { model: 'chat', input: 'x' });
    expect(seen).toEqual([{ tokens: 0, answers: 0 }]);
    expect(JSON.parse(up.bodies[0] as string)).toEqual({ model: 'm', input: 'x' });
  });

  it('refuse what is no limit', async () => {
    const problems: unknown[] = [];
    const { chat } = await gateway((attempt) => {
      for (const tokens of [0, -1, 1.5, Number.NaN])
        try {
          attempt.limitAnswer(tokens);
        } catch (problem) {
          problems.push(problem);
        }
    });
    await chat();
    expect(problems).toHaveLength(4);
  });
});

describe('attempt.byteLength', () => {
  it('is that of the body that goes out, whoever changed it, but for the name of the model and what the provider adds', async () => {
    const seen: number[] = [];
    const { chat, up } = await gateway((attempt) => {
      seen.push(attempt.byteLength());
      attempt.set(['metadata'], { team: 'ü'.repeat(50) });
      seen.push(attempt.byteLength());
    });
    await chat({ model: 'up/m' });
    expect(seen[1]).toBe(Buffer.byteLength(up.bodies[0] as string) + 'up/'.length);
    expect((seen[1] as number) - (seen[0] as number)).toBeGreaterThan(100);
    await chat({ model: 'claude', max_tokens: 5, messages: [{ role: 'user', content: 'é'.repeat(500) }] });
    expect(seen[2]).toBeGreaterThan(1_000);
  });
});
