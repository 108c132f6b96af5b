import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  channelOf,
  choicesOf,
  eventTexts,
  finishOf,
  requestTexts,
  responseTexts,
} from '../../../../core/src/dialects/openai-completions/texts.ts';
import type { JsonValue } from '../../../../core/src/model/json.ts';
import { expectEveryText, junk, mangled, valueAt } from '../openai-responses/every-text.ts';

const answer = {
  id: 'cmpl-1',
  choices: [
    { index: 0, text: 'T:assistant', finish_reason: 'stop', logprobs: null },
    { index: 1, text: 'T:assistant' },
  ],
};

describe('requestTexts', () => {
  it.each([
    { prompt: 'T:user', suffix: 'T:user', user: 'T:other', stop: ['T:other', 'T:other'], model: 'm' },
    { prompt: ['T:user', 'T:user'], stop: 'T:other' },
    { prompt: [{ text: 'T:user' }, 5, ['T:user']] },
  ])('reaches every text of %j', (body) => {
    expectEveryText(body, requestTexts);
  });

  it('tokens are none: there is nothing to read', () => {
    for (const prompt of [[1, 2], [[1], [2]], [], null]) expect([...requestTexts({ prompt })]).toEqual([]);
  });

  it('no text is out of reach, however it is wrapped: what passes unseen would pass unredacted', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (prompt) => {
        const count = JSON.stringify(prompt).split('canary').length;
        const texts = [...requestTexts({ prompt: [prompt as JsonValue, 1, 'canary'] })];
        for (const { path, text } of texts) expect(valueAt({ prompt: [prompt, 1, 'canary'] }, path)).toBe(text);
        expect(texts.length).toBeGreaterThanOrEqual(count);
      }),
    );
  });
});

describe('responseTexts, eventTexts', () => {
  it('are the texts of choices', () => {
    expectEveryText(answer, responseTexts);
    expect(eventTexts(answer).map(({ channel, text }) => [channel, text])).toEqual([
      ['0:', 'T:assistant'],
      ['1:', 'T:assistant'],
    ]);
  });

  it.each(junk)('never throw, whatever member is %j', (other) => {
    for (const body of mangled(answer, other)) {
      for (const { path, text } of responseTexts(body)) expect(valueAt(body, path)).toBe(text);
      for (const { path, text } of eventTexts(body)) expect(valueAt(body, path)).toBe(text);
    }
  });
});

describe('choicesOf', () => {
  it('are objects with their positions', () => {
    expect([...choicesOf({ choices: [null, { text: 'a' }] })]).toEqual([[1, { text: 'a' }]]);
    expect([...choicesOf(undefined)]).toEqual([]);
  });
});

describe('channelOf', () => {
  it('is the index of the choice, else its position; none is the beginning of another', () => {
    expect([channelOf({ index: 1 }, 0), channelOf({}, 10), channelOf({ index: null }, 2)]).toEqual(['1:', '10:', '2:']);
  });
});

describe('finishOf', () => {
  it('is a reason, not what stands there until there is one', () => {
    expect([{ finish_reason: 'stop' }, { finish_reason: '' }, { finish_reason: null }, {}].map(finishOf)).toEqual([
      'stop',
      undefined,
      undefined,
      undefined,
    ]);
  });
});
