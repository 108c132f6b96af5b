import { describe, expect, it } from 'vitest';
import { type Classifier, judged, type Question } from '../../../../plugins/routing/src/complexity/classifier.ts';
import { scoreOf } from '../../../../plugins/routing/src/complexity/score.ts';
import { manualClock } from '../../../core/harness/manual-clock.ts';
import { contextOf } from '../context.ts';

const conversation = { turns: ['Prove it.', 'And why?'], system: '', tools: 0 };
const models = { call: () => Promise.reject(new Error('not asked')) };

function ask(score: Classifier['score'], clock = manualClock()) {
  return judged({ name: 'own', score }, conversation, { context: contextOf(), models, clock, timeoutMs: 100 });
}

describe('judged', () => {
  const local = scoreOf('And why?');

  it('leaves it to the local scorer when the classifier throws, rejects or gives no number', async () => {
    const thrown = await ask(() => {
      throw new Error('no key');
    });
    expect(thrown).toEqual({ score: local, failure: 'no key' });
    expect(await ask(() => Promise.reject('x'))).toEqual({ score: local, failure: 'failed' });
    expect(await ask(() => Number.NaN)).toEqual({ score: local, failure: 'gave no number' });
    expect(await ask(() => 'high' as never)).toEqual({ score: local, failure: 'gave no number' });
  });

  it('waits for its time and no longer', async () => {
    const clock = manualClock();
    const late = ask(() => new Promise(() => {}), clock);
    clock.advance(100);
    expect(await late).toEqual({ score: local, failure: 'no answer within 100 ms' });
  });

  it('takes the classifier’s word within 0 and 1', async () => {
    expect(await ask(() => 0.7)).toEqual({ score: 0.7 });
    expect(await ask(() => Promise.resolve(7))).toEqual({ score: 1 });
  });

  it('tells it the last turn, what came before and the local score', async () => {
    let heard: Question | undefined;
    await ask((question) => {
      heard = question;
      return 0;
    });
    expect(heard).toEqual({ ...conversation, turn: 'And why?', local });
  });
});
