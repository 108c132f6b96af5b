import { expect, it } from 'vitest';
import type { Received } from './caller.ts';
import type { Verdict } from './judge.ts';
import { profiles } from './profile.ts';
import { type Row, rows } from './rows.ts';
import type { Outcome } from './runner.ts';
import { score, table } from './table.ts';
import { answerText } from './wall/answer.ts';
import type { Attempt } from './wall/case-log.ts';

function outcome(
  number: number,
  word: Verdict['word'],
  requests: readonly Partial<Received>[],
  attempts: readonly Partial<Attempt>[],
): Outcome {
  const received: Received = {
    mode: 'stream',
    askedAt: 0,
    status: 200,
    endMs: 100,
    text: '',
    models: [],
    done: false,
    badEvents: 0,
    end: 'clean',
  };
  const seen: Attempt = { serial: 1, base: 'fallback', cameAt: 0, stream: true, prefill: false, tokens: 0, orphanBytes: 0 };
  return {
    verdict: { word, reason: word === 'pass' ? '' : 'the reason' },
    evidence: {
      row: rows[number - 1] as Row,
      profile: profiles.fast,
      caller: { requests: requests.map((one) => ({ ...received, ...one })), afterwards: received },
      provider: { case: '', attempts: attempts.map((one) => ({ ...seen, ...one })), openSockets: 0 },
    },
  };
}

const outcomes = [
  outcome(
    4,
    'pass',
    [{ text: answerText }],
    [...[1, 2].map(() => ({ base: 'fault-04', status: 503, end: 'answered' }) as const), { status: 200, end: 'answered', prefill: true }],
  ),
  outcome(6, 'fail', [{ end: 'gave up', endMs: 6_000 }], [{ base: 'fault-06' }]),
  outcome(8, 'safe', [{ text: 'The tide', error: { message: 'Broken.' } }], [{ base: 'fault-08', status: 200, end: 'broken' }]),
  outcome(13, 'pass', [{ status: 400, error: { message: 'No.', code: 'content_policy_violation' } }], []),
  outcome(14, 'safe', [{ text: 'The tide comes', end: 'cut' }, { text: answerText }], []),
];

it('has a line for each row, with both views in the times of the table', () => {
  const [, ...lines] = table(outcomes).split('\n');
  const cells = lines.map((line) => line.split(/ {2,}/));
  expect(cells).toEqual([
    ['4', '503 for ever', 'pass', '60/60, 1.0 s', 'primary: 503 ×2; fallback: 200 (prefill)'],
    ['6', 'accepts, never answers', 'fail', 'gave up, 60.0 s', 'primary: open', 'the reason'],
    ['8', 'stream cut after 40 of 60 tokens', 'safe', '2/60 + error, 1.0 s', 'primary: broken', 'the reason'],
    ['13', '400 content_policy_violation', 'pass', '400 content_policy_violation, 1.0 s'],
    ['14', 'as 8, fallback rejects assistant prefill', 'safe', '3/60 + cut, 60/60, 1.0 s', 'the reason'],
  ]);
});

it('scores what passes alone', () => {
  expect(score(outcomes)).toBe('2/5');
});
