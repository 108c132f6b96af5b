import { describe, expect, it } from 'vitest';
import type { AuxiliaryCall, Models } from '../../../../core/src/services/models.ts';
import { modelClassifier } from '../../../../plugins/routing/src/complexity/model-classifier.ts';
import { contextOf } from '../context.ts';

async function graded(answer: unknown, turn = 'Why?', status = 200) {
  const calls: AuxiliaryCall[] = [];
  const models = {
    call: (_parent: unknown, call: AuxiliaryCall) => {
      calls.push(call);
      return Promise.resolve({ status, json: answer });
    },
  } as unknown as Models; // a settlement is not looked at
  const question = { turns: [turn], turn, system: '', tools: 0, local: 0 };
  const score = await modelClassifier({ model: 'nano' }).score(question, { context: contextOf(), models });
  return { score, calls };
}

const saying = (content: unknown) => ({ choices: [{ message: { content } }] });

describe('modelClassifier', () => {
  it.each([undefined, null, 'x', {}, { choices: [] }, { choices: [null] }, saying(null), saying(4), saying('hard'), saying('9')])(
    'fails on an answer without a grade: %j',
    async (answer) => {
      await expect(graded(answer)).rejects.toThrow('the model gave no grade');
    },
  );

  it('fails when the model does', async () => {
    await expect(graded(saying('3'), 'Why?', 429)).rejects.toThrow('the model answered 429');
  });

  it.each([
    ['1', 0],
    ['Grade: 4.', 0.75],
    ['5', 1],
  ])('reads %j as %d', async (content, score) => {
    expect((await graded(saying(content))).score).toBe(score);
  });

  it('asks the named model, with both ends of a long task and not all of it', async () => {
    const { calls } = await graded(saying('2'), `HEAD${'x'.repeat(100_000)}TAIL`);
    expect(calls[0]).toMatchObject({ dialect: 'openai-chat', body: { model: 'nano' }, timeoutMs: 2_000 });
    const sent = JSON.stringify(calls[0]?.body);
    expect(sent).toContain('HEAD');
    expect(sent).toContain('TAIL');
    expect(sent.length).toBeLessThan(10_000);
  });
});
