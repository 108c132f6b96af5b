import { describe, expect, it } from 'vitest';
import type { NeutralToolResult } from '../../../../core/src/model/neutral.ts';
import { DocumentNames } from '../../../../providers/bedrock/src/converse/document-names.ts';
import { orphanBlocks, resultBlocks } from '../../../../providers/bedrock/src/converse/encode-results.ts';
import { encoderFor, sonnet } from './encoding.ts';

function result(members: Partial<NeutralToolResult>): NeutralToolResult {
  return { callId: 'a', name: undefined, parts: [], isError: false, ...members };
}

const block = (given: NeutralToolResult | undefined, model = sonnet) =>
  resultBlocks([{ id: 'call-1', result: given }], new DocumentNames(), encoderFor(model))[0];

const text = (said: string) => [{ kind: 'text', text: said }] as const;

describe('a result', () => {
  it('is its content', () => {
    expect(block(result({ parts: text('12°') }))).toEqual({ toolResult: { toolUseId: 'call-1', content: [{ text: '12°' }] } });
  });

  it('that failed says so, in the way the model knows', () => {
    const failed = result({ parts: text('no such place'), isError: true });
    expect(block(failed)).toEqual({ toolResult: { toolUseId: 'call-1', content: [{ text: 'no such place' }], status: 'error' } });
    expect(block(failed, 'meta.llama4-maverick-17b-instruct-v1:0')).toEqual({
      toolResult: { toolUseId: 'call-1', content: [{ text: 'The tool failed:' }, { text: 'no such place' }] },
    });
  });

  it('maximhq/bifrost#2765: is never empty', () => {
    expect(block(result({ parts: text(' ') }))).toMatchObject({ toolResult: { content: [{ text: '(empty)' }] } });
    expect(block(result({ isError: true }))).toMatchObject({ toolResult: { content: [{ text: 'Error' }], status: 'error' } });
  });

  it('that never came is told', () => {
    expect(block(undefined)).toEqual({
      toolResult: { toolUseId: 'call-1', content: [{ text: 'No result was provided.' }], status: 'error' },
    });
  });

  it('may be an image', () => {
    const parts = [{ kind: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'AA' } }] as const;
    expect(block(result({ parts }))).toMatchObject({ toolResult: { content: [{ image: { format: 'png', source: { bytes: 'AA' } } }] } });
  });

  it('of a call that is not in the conversation is what the user says', () => {
    const blocks = (given: NeutralToolResult) => orphanBlocks([given], new DocumentNames(), encoderFor(sonnet));
    expect(blocks(result({ parts: text('12°') }))).toEqual([
      { text: 'Result of a tool call that is no longer in this conversation:' },
      { text: '12°' },
    ]);
    expect(blocks(result({}))).toEqual([]);
  });
});
