import { describe, expect, it } from 'vitest';
import { ConverseStreamObserver } from '../../../../providers/bedrock/src/converse/observe.ts';

function watch(...frames: [name: string, json: unknown][]): ConverseStreamObserver {
  const observer = new ConverseStreamObserver();
  const texts = frames.map(([name, json]) => `event: ${name}\ndata: ${typeof json === 'string' ? json : JSON.stringify(json)}\n\n`);
  const text = Buffer.from(texts.join('')).toString('latin1');
  observer.chunk(text);
  let start = 0;
  for (const frame of texts) {
    const end = start + Buffer.byteLength(frame);
    expect(observer.frame(start, end)).toBe('keep');
    start = end;
  }
  return observer;
}

const delta = (piece: object): [string, object] => ['contentBlockDelta', { contentBlockIndex: 0, delta: piece }];

describe('a stream of Converse under observation', () => {
  it.each([
    ['an object', '{"error":{"type":"throttlingException","code":429}}', { error: { type: 'throttlingException', code: 429 } }],
    ['no JSON', 'gone', 'gone'],
  ])('has its error, which is %s', (_what, data, error) => {
    expect(watch(['messageStart', {}], ['error', data]).error).toEqual(error);
  });

  it('does not take a mere word for an error', () => {
    const observer = watch(delta({ text: 'event: error' }), ['messageStop', { stopReason: 'malformed_model_output' }]);
    expect(observer.error).toBeUndefined();
  });

  it('is not over before it says so: cut before messageStop it is not complete', () => {
    const observer = watch(['messageStart', { role: 'assistant' }], delta({ text: 'x' }), ['contentBlockStop', { contentBlockIndex: 0 }]);
    expect([observer.complete, observer.done]).toEqual([false, false]);
  });

  it('is complete with messageStop, and done with metadata, where the usage is', () => {
    const stopped = watch(delta({ text: 'x' }), ['messageStop', { stopReason: 'end_turn' }]);
    expect([stopped.complete, stopped.done, stopped.finishReason(), stopped.usage()]).toEqual([true, false, 'end_turn', undefined]);
    const over = watch(
      delta({ text: 'ä' }),
      ['messageStop', { stopReason: 'end_turn' }],
      ['metadata', { usage: { inputTokens: 2, outputTokens: 1, cacheReadInputTokens: 5 } }],
    );
    expect([over.done, over.usage()?.input, over.usage()?.output]).toEqual([true, 7, 1]);
  });

  it.each<[string, [string, object], boolean]>([
    ['the beginning', ['messageStart', { role: 'assistant' }], false],
    ['a text', delta({ text: 'x' }), true],
    ['an empty text', delta({ text: '' }), false],
    ['reasoning', delta({ reasoningContent: { text: 'hm' } }), true],
    ['empty reasoning', delta({ reasoningContent: { text: '' } }), false],
    ['a call', ['contentBlockStart', { start: { toolUse: { name: 'a', toolUseId: 'b' } } }], true],
    [
      "a call of AWS's own",
      ['contentBlockStart', { start: { toolUse: { name: 'nova', toolUseId: 'b', type: 'server_tool_use' } } }],
      false,
    ],
    ['arguments', delta({ toolUse: { input: '{' } }), true],
    ['the end of an empty answer', ['messageStop', { stopReason: 'end_turn' }], true],
    ['odd things', ['contentBlockDelta', { delta: [null] }], false],
    ['padding', ['contentBlockDelta', { delta: {}, p: 'abc' }], false],
  ])('has content or not: %s', (_what, frame, content) => {
    expect(watch(frame).content).toBe(content);
  });

  it('looks at nothing of a delta once there was content', () => {
    const observer = new ConverseStreamObserver();
    const first = 'event: contentBlockDelta\ndata: {"delta":{"text":"x"}}\n\n';
    const rest = 'event: contentBlockDelta\ndata: not even JSON\n\n';
    observer.chunk(first + rest);
    observer.frame(0, first.length);
    expect(observer.frame(first.length, first.length + rest.length)).toBe('keep');
    expect(observer.error).toBeUndefined();
  });
});
