import { describe, expect, it } from 'vitest';
import {
  callSignature,
  isThinkingBlock,
  ownBlocks,
  readCallOpaque,
  readThinking,
  thinkingBlocks,
} from '../../../../../core/src/dialects/anthropic-messages/translate/thinking.ts';
import { thought } from './examples.ts';

const google = { dialect: 'google-generate-content', value: 'c2ln' };

describe('readThinking', () => {
  it.each([
    {},
    { type: 'text', text: 'a' },
    { type: 'thinking' },
    { type: 'redacted_thinking' },
    { type: 'thinking', thinking: 5, signature: null },
  ])('%j is none', (block) => {
    expect(readThinking(block)).toBeUndefined();
  });

  it('text and signature, each with or without the other', () => {
    expect(readThinking({ type: 'thinking', thinking: 'hm', signature: 'c2ln' })).toEqual(thought('hm', 'c2ln'));
    expect(readThinking({ type: 'thinking', thinking: 'hm', signature: '' })).toEqual(thought('hm'));
    expect(readThinking({ type: 'thinking', thinking: '', signature: 'c2ln' })).toEqual(thought('', 'c2ln'));
  });
});

describe('blocks', () => {
  it('bifrost#6342: what Anthropic signed comes back as the block that it was', () => {
    for (const block of [
      { type: 'thinking', thinking: 'hm ', signature: 'c2ln' },
      { type: 'thinking', thinking: '', signature: 'c2ln' },
      { type: 'redacted_thinking', data: 'ZGF0YQ==' },
    ]) {
      const part = readThinking(block);
      expect(part === undefined ? [] : ownBlocks(part)).toEqual([block]);
      expect(part === undefined ? [] : thinkingBlocks(part)).toEqual([block]);
    }
  });

  it('Anthropic gets nothing that it did not sign itself', () => {
    expect(ownBlocks(thought('hm'))).toEqual([]);
    expect(ownBlocks({ kind: 'reasoning', text: 'hm', opaque: google })).toEqual([]);
  });

  it("another provider's signature travels marked, and comes back", () => {
    const [block] = thinkingBlocks({ kind: 'reasoning', text: 'hm', opaque: google });
    expect(block).toEqual({ type: 'thinking', thinking: 'hm', signature: 'gw1:google-generate-content:c2ln' });
    expect(readThinking(block ?? {})).toEqual({ kind: 'reasoning', text: 'hm', opaque: google });
  });

  it('reasoning that nobody signed has an empty signature: clients check that there is one', () => {
    expect(thinkingBlocks(thought('hm'))).toEqual([{ type: 'thinking', thinking: 'hm', signature: '' }]);
  });
});

describe("litellm#16893, #25322: a call's signature", () => {
  it('travels as a signature of its own, and is told from that of reasoning', () => {
    const signature = callSignature(google);
    expect(signature).toBeDefined();
    const part = readThinking({ type: 'thinking', thinking: '', signature: signature ?? '' });
    expect(readCallOpaque(part?.opaque)).toEqual(google);
    expect(readCallOpaque(google)).toBeUndefined();
    expect(readCallOpaque({ dialect: 'anthropic-messages', value: 'call:x' })).toBeUndefined();
  });

  it('none is none', () => {
    expect(callSignature(undefined)).toBeUndefined();
    expect(readCallOpaque(undefined)).toBeUndefined();
  });
});

it('isThinkingBlock', () => {
  expect(isThinkingBlock({ type: 'thinking' })).toBe(true);
  expect(isThinkingBlock({ type: 'redacted_thinking' })).toBe(true);
  expect(isThinkingBlock({ type: 'text' })).toBe(false);
  expect(isThinkingBlock(undefined)).toBe(false);
});
