import { describe, expect, it } from 'vitest';
import type { CallerView, Received } from './caller.ts';
import { judge, type Verdict } from './judge.ts';
import { type Profile, profiles } from './profile.ts';
import { type Row, rows } from './rows.ts';
import { answerText, reportedModel, usageOf } from './wall/answer.ts';
import type { Attempt, ProviderView } from './wall/case-log.ts';
import { policyError, prefillError } from './wall/plans.ts';

const start = 1_793_500_000_000;

/** A whole answer, streamed, after a second. */
function whole(base: string, changes: Partial<Received> = {}): Received {
  return {
    mode: 'stream',
    askedAt: start,
    status: 200,
    headMs: 100,
    firstTokenMs: 110,
    endMs: 1_000,
    text: answerText,
    finishReason: 'stop',
    models: [reportedModel(base)],
    usage: usageOf(base, 60),
    done: true,
    badEvents: 0,
    end: 'clean',
    ...changes,
  };
}

const truncated = answerText.slice(0, 150);

/** A part of the answer, and then this. */
function part(changes: Partial<Received> = {}): Received {
  const { finishReason: _, usage: __, ...rest } = whole('fault-08', { text: truncated, done: false });
  return { ...rest, ...changes };
}

/** An answer that is an error. */
function refused(status: number, error: { message: string; code?: string }): Received {
  const { finishReason: _, usage: __, ...rest } = whole('', { status, text: '', models: [], done: false, error });
  return rest;
}

interface Seen extends Partial<Attempt> {
  readonly base: string;
  /** Milliseconds after the first. */
  readonly at: number;
  readonly open?: true;
}

function attempt({ base, at, open, ...changes }: Seen, serial: number): Attempt {
  const cameAt = start + at;
  return {
    serial,
    base,
    cameAt,
    stream: true,
    prefill: false,
    status: 200,
    headAt: cameAt + 1,
    tokens: 60,
    orphanBytes: 0,
    ...(open === undefined && { end: 'answered', endAt: cameAt + 900, ...changes }),
  };
}

const served = (base: string, at: number, changes: Partial<Attempt> = {}): Seen => ({ base, at, ...changes });
const failed = (base: string, at: number, status: number): Seen => ({ base, at, status, tokens: 0 });
const repeated = (count: number, everyMs: number, one: (at: number) => Seen): Seen[] =>
  Array.from({ length: count }, (_, index) => one(index * everyMs));

interface Views {
  readonly requests: readonly Received[];
  readonly attempts: readonly Seen[];
  readonly afterwards?: Received;
}

/** The verdict in the real times, unless another profile is given; times of the views are divided alike. */
function verdictOn(number: number, { requests, attempts, afterwards }: Views, profile: Profile = profiles.full): Verdict {
  const row = rows[number - 1] as Row;
  const caller: CallerView = { requests, afterwards: afterwards ?? whole('healthy') };
  const provider: ProviderView = {
    case: row.route.alias,
    attempts: attempts.map((seen, index) => attempt({ ...seen, at: seen.at / profile.factor }, index + 1)),
    openSockets: 0,
  };
  return judge({ row, caller, provider, profile });
}

const word = (number: number, views: Views): Verdict['word'] => verdictOn(number, views).word;

const twentyServed = [
  ...repeated(3, 300, (at) => failed('fault-15', at, 503)),
  ...repeated(17, 4_000, (at) => served('fallback', at + 1_000)),
  ...repeated(6, 10_000, (at) => failed('fault-15', at + 10_000, 503)),
  ...repeated(3, 4_000, (at) => served('fault-15', at + 72_000)),
];

/** What a correct gateway looks like on each row. */
const correct: Readonly<Record<number, Views>> = {
  1: { requests: [whole('fault-01')], attempts: [failed('fault-01', 0, 429), served('fault-01', 2_001)] },
  2: {
    requests: [whole('fallback')],
    attempts: [...[0, 500, 1_500].map((at) => failed('fault-02', at, 429)), served('fallback', 1_600)],
  },
  3: { requests: [whole('fault-03')], attempts: [failed('fault-03', 0, 500), served('fault-03', 600)] },
  4: { requests: [whole('fallback')], attempts: [...[0, 500, 1_500].map((at) => failed('fault-04', at, 503)), served('fallback', 1_600)] },
  5: { requests: [whole('fault-05')], attempts: [served('fault-05', 0, { end: 'broken' }), served('fault-05', 500)] },
  6: {
    requests: [whole('fallback', { endMs: 31_000 })],
    attempts: [served('fault-06', 0, { end: 'left' }), served('fallback', 30_000)],
  },
  7: {
    requests: [whole('fallback', { endMs: 11_000 })],
    attempts: [served('fault-07', 0, { end: 'left' }), served('fallback', 10_000)],
  },
  8: { requests: [whole('fault-08')], attempts: [served('fault-08', 0, { end: 'broken' }), served('fallback', 600, { prefill: true })] },
  9: {
    requests: [whole('fault-09', { endMs: 32_000 })],
    attempts: [served('fault-09', 0, { end: 'left' }), served('fallback', 30_500)],
  },
  10: { requests: [whole('fault-10')], attempts: [served('fault-10', 0)] },
  11: {
    requests: [whole('fault-11', { done: false }), whole('fault-11')],
    attempts: [served('fault-11', 0), served('fault-11', 1_000, { end: 'left' })],
  },
  12: { requests: [whole('fallback-large')], attempts: [failed('fault-12', 0, 400), served('fallback-large', 10)] },
  13: { requests: [refused(400, policyError as { message: string; code: string })], attempts: [failed('fault-13', 0, 400)] },
  14: {
    requests: [whole('fault-14')],
    attempts: [
      served('fault-14', 0, { end: 'broken' }),
      served('fallback-strict', 600, { status: 400, prefill: true }),
      served('fallback-strict', 700),
    ],
  },
  15: { requests: Array.from({ length: 20 }, () => whole('fallback')), attempts: twentyServed },
  16: {
    requests: [whole('fallback'), whole('fallback', { mode: 'whole', done: false })],
    attempts: [failed('fault-16', 0, 503), served('fallback', 10), served('fallback', 1_000)],
  },
};

/** The correct views of a row, with this instead. */
const but = (number: number, changes: Partial<Views>): Views => ({ ...(correct[number] as Views), ...changes });

describe.each(rows)('row $number: $fault', ({ number }) => {
  const views = correct[number] as Views;
  const [first] = views.requests as [Received];
  const others = views.requests.slice(1);

  it('passes a correct gateway', () => {
    expect(verdictOn(number, views)).toEqual({ word: 'pass', reason: '' });
  });

  it('fails one that does not serve the next request', () => {
    expect(word(number, { ...views, afterwards: refused(502, { message: 'Bad gateway.' }) })).toBe('fail');
    expect(word(number, { ...views, afterwards: { ...part(), end: 'cut' } })).toBe('fail');
  });

  it('fails one that lets the caller wait for ever', () => {
    expect(word(number, { ...views, requests: [{ ...first, end: 'gave up', endMs: 60_000 }, ...others] })).toBe('fail');
  });

  it('fails one whose truncated answer looks complete', () => {
    for (const received of [part(), part({ end: 'cut', done: true }), part({ end: 'cut', finishReason: 'stop' }), part({ text: '' })]) {
      expect(word(number, { ...views, requests: [received, ...others] })).toBe('fail');
    }
  });

  it('fails one that says what is no part of the answer, even if it ends in an error', () => {
    const text = `${truncated}${truncated}`;
    expect(word(number, { ...views, requests: [part({ text }), ...others] })).toBe('fail');
    expect(word(number, { ...views, requests: [part({ text, error: { message: 'Broken.' } }), ...others] })).toBe('fail');
    expect(word(number, { ...views, requests: [whole('fallback', { text: `${answerText} ` }), ...others] })).toBe('fail');
  });

  it('fails one that passes on what is no JSON', () => {
    expect(word(number, { ...views, requests: [{ ...first, badEvents: 1 }, ...others] })).toBe('fail');
  });

  it('calls an error instead of the answer safe, however it is said', () => {
    const errors = [
      refused(503, { message: 'No target answered.' }),
      // Where the provider refuses there is no part of an answer: whoever has one asked somebody else.
      ...(number === 13 ? [] : [part({ error: { message: 'The provider broke off.' } }), part({ end: 'cut' })]),
    ];
    for (const received of errors) expect(word(number, { ...views, requests: [...others, received] })).toBe('safe');
  });

  it('grants no attempt that is left open, and no bytes for nobody', () => {
    const [last] = views.attempts.slice(-1) as [Seen];
    const withLast = (changed: Seen): Verdict => verdictOn(number, { ...views, attempts: [...views.attempts.slice(0, -1), changed] });
    expect(withLast({ ...last, open: true }).word).toBe('partial');
    expect(withLast({ ...last, open: true }).reason).toContain('1 attempts left open at the provider');
    const reason = '30 bytes written for an attempt that was given up';
    const expected = number === 15 ? { word: 'pass', reason: '' } : { word: 'partial', reason };
    expect(withLast({ ...last, orphanBytes: 30 })).toEqual(expected);
  });
});

describe('the limits of the rows', () => {
  const partial: readonly [number, string, Partial<Views>, RegExp][] = [
    [1, 'asks again too early', { attempts: [failed('fault-01', 0, 429), served('fault-01', 1_700)] }, /asked again after 1699 ms/],
    [
      1,
      'asks three times in 1.5 s',
      { attempts: [failed('fault-01', 0, 429), failed('fallback', 10, 429), served('fallback', 1_400)] },
      /3 attempts in the first 1500 ms, at most 2/,
    ],
    [
      2,
      'asks five times in 3 s',
      { attempts: [...repeated(5, 700, (at) => failed('fault-02', at, 429)), served('fallback', 3_000)] },
      /5 attempts in the first 3000 ms, at most 4/,
    ],
    [
      2,
      'asks seven times',
      { attempts: [...repeated(7, 1_500, (at) => failed('fault-02', at, 429)), served('fallback', 11_000)] },
      /7 attempts at the primary, at most 6/,
    ],
    [3, 'fails over at once', { attempts: [failed('fault-03', 0, 500), served('fallback', 10)] }, /1 \+ 1 attempts/],
    [
      4,
      'asks seven times',
      { attempts: [...repeated(7, 500, (at) => failed('fault-04', at, 503)), served('fallback', 4_000)] },
      /7 attempts/,
    ],
    [4, 'never asked the primary', { attempts: [served('fallback', 0)] }, /the primary was never asked/],
    [5, 'is late', { requests: [whole('fault-05', { endMs: 31_100 })] }, /ended after 31100 ms, allowed are 30000/],
    [
      6,
      'asks the silent target again',
      { attempts: [...repeated(2, 10_000, (at) => served('fault-06', at, { end: 'left' })), served('fallback', 20_000)] },
      /2 attempts at the primary, at most 1/,
    ],
    [6, 'is late', { requests: [whole('fallback', { endMs: 33_100 })] }, /ended after 33100 ms/],
    [7, 'waits for the first token', { requests: [whole('fault-07', { endMs: 21_000 })] }, /ended after 21000 ms, allowed are 15000/],
    [8, 'names no finish reason', { requests: [{ ...part(), text: answerText, done: true }] }, /finish reason missing/],
    [8, 'sends no end mark', { requests: [whole('fault-08', { done: false })] }, /no \[DONE\]/],
    [9, 'is late', { requests: [whole('fault-09', { endMs: 46_100 })] }, /ended after 46100 ms, allowed are 45000/],
    [10, 'asks again', { attempts: [served('fault-10', 0, { end: 'left' }), served('fallback', 500)] }, /1 \+ 1 attempts/],
    [11, 'waits for the end mark', { requests: [whole('fault-11'), whole('fault-11', { endMs: 10_000 })] }, /ended after 10000 ms/],
    [11, 'loses usage', { requests: [{ ...part(), text: answerText, finishReason: 'stop' }, whole('fault-11')] }, /usage none/],
    [
      11,
      'asks again though all was said',
      { attempts: [...repeated(2, 1_000, (at) => served('fault-11', at)), served('fallback', 3_000)] },
      /2 \+ 1 attempts/,
    ],
    [
      12,
      'sends it to the same model again',
      { attempts: [failed('fault-12', 0, 400), failed('fault-12', 500, 400), served('fallback-large', 600)] },
      /2 attempts at the primary, at most 1/,
    ],
    [
      12,
      'asks a target with the same window',
      { attempts: [failed('fault-12', 0, 400), failed('fallback-small', 10, 400), served('fallback-large', 20)] },
      /1 attempts at a target whose window is no larger/,
    ],
    [13, 'asks again', { attempts: [failed('fault-13', 0, 400), failed('fault-13', 500, 400)] }, /2 attempts at the primary/],
    [13, 'changes the status', { requests: [refused(502, policyError as { message: string; code: string })] }, /status 502/],
    [
      14,
      'does not learn',
      {
        attempts: [
          served('fault-14', 0, { end: 'broken' }),
          ...repeated(2, 100, (at) => served('fallback-strict', at + 600, { status: 400, prefill: true })),
          served('fallback-strict', 900),
        ],
      },
      /2 prefills at a target that rejects them/,
    ],
    [15, 'keeps knocking', { attempts: [failed('fault-15', 0, 503), ...twentyServed] }, /10 attempts in the outage, at most 9/],
    [
      15,
      'comes back late',
      { attempts: [...twentyServed.filter(({ status }) => status === 503), served('fault-15', 75_100)] },
      /1100 ms too late/,
    ],
    [15, 'never comes back', { attempts: twentyServed.filter(({ status }) => status === 503) }, /the primary never served again/],
    [16, 'names the primary', { requests: [whole('fallback', { models: ['fault-16'] }), whole('fallback')] }, /model fault-16/],
    [
      16,
      'names both',
      { requests: [whole('fallback', { models: ['fault-16', 'fallback'] }), whole('fallback')] },
      /model fault-16, fallback/,
    ],
    [16, 'names neither', { requests: [whole('fallback', { models: [] }), whole('fallback')] }, /model not named/],
    [16, 'counts otherwise', { requests: [whole('fallback', { usage: usageOf('fault-16', 60) }), whole('fallback')] }, /usage \{/],
  ];

  it.each(partial)('row %i is partial where a gateway %s', (number, _, changes, reason) => {
    const verdict = verdictOn(number, but(number, changes));
    expect(verdict).toEqual({ word: 'partial', reason: expect.stringMatching(reason) });
  });

  it('fails a refusal that was routed around, even if it failed there too', () => {
    const attempts = [failed('fault-13', 0, 400), served('fallback', 10)];
    expect(word(13, { requests: [whole('fallback')], attempts })).toBe('fail');
    expect(word(13, but(13, { attempts }))).toBe('fail');
    expect(word(13, but(13, { requests: [whole('fault-13')] }))).toBe('fail');
  });

  it("calls a refusal without the provider's reason safe", () => {
    expect(word(13, but(13, { requests: [refused(400, { message: 'Bad request.', code: 'content_policy_violation' })] }))).toBe('safe');
    expect(word(13, but(13, { requests: [refused(400, { message: policyError.message })] }))).toBe('safe');
  });

  it('fails a caller who sees the error of a prefill it never sent', () => {
    const error = { message: `Provider: ${prefillError.message}` };
    expect(word(14, but(14, { requests: [part({ error })] }))).toBe('fail');
  });

  it('fails nothing for fail-over instead of waiting, and for a model with a prefix', () => {
    expect(word(1, { requests: [whole('fallback')], attempts: [failed('fault-01', 0, 429), served('fallback', 5)] })).toBe('pass');
    const requests = [whole('fallback', { models: ['wall/fallback~row-16'] }), whole('fallback', { models: ['wall/fallback-2026-11-01'] })];
    expect(word(16, but(16, { requests }))).toBe('pass');
  });

  it('calls one failed request of twenty safe, and one truncated one a fail', () => {
    const nineteen = Array.from({ length: 19 }, () => whole('fallback'));
    expect(word(15, but(15, { requests: [...nineteen, refused(503, { message: 'No.' })] }))).toBe('safe');
    expect(word(15, but(15, { requests: [...nineteen, part()] }))).toBe('fail');
  });

  it('divides every limit by the factor of the profile', () => {
    const attempts = (second: number): Seen[] => [failed('fault-01', 0, 429), served('fault-01', second)];
    const requests = [whole('fault-01', { endMs: 300 })];
    expect(verdictOn(1, { requests, attempts: attempts(2_100) }, profiles.fast).word).toBe('pass');
    expect(verdictOn(1, { requests, attempts: attempts(1_500) }, profiles.fast).word).toBe('partial');
    expect(verdictOn(7, but(7, { requests: [whole('fault-07', { endMs: 1_950 })] }), profiles.fast).word).toBe('partial');
  });
});
