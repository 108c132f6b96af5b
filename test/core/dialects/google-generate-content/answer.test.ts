import { describe, expect, it } from 'vitest';
import { answerBody, answerFrames } from '../../../../core/src/dialects/google-generate-content/answer.ts';
import { googleGenerateContent } from '../../../../core/src/dialects/google-generate-content/google-generate-content.ts';
import { GenerateContentObserver } from '../../../../core/src/dialects/google-generate-content/observe.ts';
import type { JsonValue } from '../../../../core/src/model/json.ts';

const usage = { input: 3, output: 2, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined, raw: undefined };
const answer = { id: 'r1', model: 'm', text: 'Hello\n"you" 😀', usage, created: 1_700_000_000 };

describe('answerBody', () => {
  it('is an answer that its own dialect reads', () => {
    const body = JSON.parse(answerBody(answer)) as JsonValue;
    expect(body).toMatchObject({ modelVersion: 'm', responseId: 'r1', createTime: '2023-11-14T22:13:20.000Z' });
    expect([...googleGenerateContent.responseTexts(body)].map(({ text }) => text)).toEqual([answer.text]);
    expect(googleGenerateContent.finishReason(body)).toBe('STOP');
    expect(googleGenerateContent.usage(body)).toMatchObject({ input: 3, output: 2 });
  });

  it('says nothing of usage where it is unknown', () => {
    expect(JSON.parse(answerBody({ ...answer, usage: undefined }))).not.toHaveProperty('usageMetadata');
  });
});

describe('answerFrames', () => {
  it('is a whole stream: data alone, no event’s name and no [DONE]', () => {
    const frames = answerFrames(answer);
    expect(frames).toHaveLength(1);
    for (const frame of frames) expect(frame).toMatch(/^data: \{[^\n]+\}\n\n$/);
    const observer = new GenerateContentObserver();
    const text = Buffer.from(frames.join('')).toString('latin1');
    observer.chunk(text);
    observer.frame(0, text.length);
    expect([observer.complete, observer.content, observer.finishReason(), observer.usage()?.output]).toEqual([true, true, 'STOP', 2]);
  });
});
