import { describe, expect, it } from 'vitest';
import { StreamBlocks } from '../../../../../core/src/dialects/anthropic-messages/translate/stream-blocks.ts';
import { eventsIn } from './examples.ts';

/** `+0 text`, `0 text_delta`, `-0`: what happens to which block. */
function steps(frames: string): string[] {
  return eventsIn(frames).map(({ type, index, content_block, delta }) => {
    if (type === 'content_block_start') return `+${String(index)} ${(content_block as { type: string }).type}`;
    return type === 'content_block_stop' ? `-${String(index)}` : `${String(index)} ${(delta as { type: string }).type}`;
  });
}

describe('StreamBlocks', () => {
  it('a text ends when something else begins; a call does not', () => {
    const blocks = new StreamBlocks();
    expect(steps(blocks.thinking('a'))).toEqual(['+0 thinking', '0 thinking_delta']);
    expect(steps(blocks.text('b'))).toEqual(['-0', '+1 text', '1 text_delta']);
    expect(steps(blocks.call(0, 'look', () => 'a', undefined))).toEqual(['-1', '+2 tool_use']);
    expect(blocks.text('c')).toBe('');
    expect(steps(blocks.input(0, '{}'))).toEqual(['2 input_json_delta']);
    expect(steps(blocks.endAll())).toEqual(['-2', '+3 text', '3 text_delta', '-3']);
  });

  it('interleaved arguments wait for their block', () => {
    const blocks = new StreamBlocks();
    let frames = blocks.call(0, 'a', () => 'a', undefined) + blocks.call(1, 'b', () => 'b', undefined);
    frames += blocks.input(1, '{"b"') + blocks.input(0, '{"a"') + blocks.input(1, ':1}') + blocks.input(0, ':1}');
    expect(steps(frames)).toEqual(['+0 tool_use', '0 input_json_delta', '0 input_json_delta']);
    const rest = eventsIn(blocks.endAll());
    expect(rest.find(({ type }) => type === 'content_block_delta')).toMatchObject({ index: 1, delta: { partial_json: '{"b":1}' } });
  });

  it('an end is for its own call, whatever else is open', () => {
    const one = new StreamBlocks();
    one.call(0, 'a', () => 'a', undefined);
    expect(steps(one.partEnd(0))).toEqual(['0 input_json_delta', '-0']);
    expect(steps(one.call(1, 'b', () => 'b', undefined))).toEqual(['+1 tool_use']);
    const two = new StreamBlocks();
    two.call(0, 'a', () => 'a', undefined);
    two.call(1, 'b', () => 'b', undefined);
    expect(two.partEnd(1)).toBe('');
    expect(steps(two.input(0, '{}'))).toEqual(['0 input_json_delta']);
    expect(steps(two.partEnd(0))).toEqual(['-0', '+1 tool_use', '1 input_json_delta', '-1']);
  });

  it('the end of a text ends no call', () => {
    const blocks = new StreamBlocks();
    blocks.call(0, 'a', () => 'a', undefined);
    expect(blocks.partEnd(undefined)).toBe('');
    blocks.text('a');
    expect(blocks.partEnd(undefined) + blocks.partEnd(7)).toBe('');
    expect(steps(blocks.input(0, '{"a":1}'))).toEqual(['0 input_json_delta']);
  });

  it('after its end, the next text is a block of its own', () => {
    const blocks = new StreamBlocks();
    blocks.text('a');
    expect(steps(blocks.partEnd(undefined))).toEqual(['-0']);
    expect(steps(blocks.text('b'))).toEqual(['+1 text', '1 text_delta']);
    expect(new StreamBlocks().partEnd(undefined)).toBe('');
  });

  it('a signature closes the thinking before it; without any it is a block of its own', () => {
    const opaque = { dialect: 'anthropic-messages', value: 'c2ln' };
    const blocks = new StreamBlocks();
    blocks.thinking('hm');
    expect(steps(blocks.signature(opaque))).toEqual(['0 signature_delta', '-0']);
    expect(steps(blocks.signature(opaque))).toEqual(['+1 thinking', '1 signature_delta', '-1']);
    expect(steps(blocks.signature({ ...opaque, value: 'redacted:ZGF0YQ==' }))).toEqual(['+2 redacted_thinking', '-2']);
  });

  it('a call is begun once, and an id asked for only then', () => {
    const blocks = new StreamBlocks();
    let asked = 0;
    const id = (): string => {
      asked += 1;
      return `id${asked}`;
    };
    blocks.call(0, 'a', id, undefined);
    expect(blocks.call(0, 'a', id, undefined)).toBe('');
    expect(asked).toBe(1);
  });

  it('pieces for a call that never began, or is over, are nobody’s', () => {
    const blocks = new StreamBlocks();
    expect(blocks.input(3, '{}')).toBe('');
    blocks.call(0, 'a', () => 'a', undefined);
    blocks.endAll();
    expect(blocks.input(0, '{}')).toBe('');
  });
});
