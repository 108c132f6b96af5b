import { describe, expect, it } from 'vitest';
import { CallResults, orphanBlocks, resultBlocks } from '../../../../../core/src/dialects/anthropic-messages/translate/encode-results.ts';
import { Losses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { NeutralField, NeutralToolResult, NeutralTurn } from '../../../../../core/src/model/neutral.ts';
import { call, text } from './examples.ts';

const result = (callId: string, said: string, more: Partial<NeutralToolResult> = {}): NeutralToolResult => ({
  callId,
  name: undefined,
  parts: [text(said)],
  isError: false,
  ...more,
});
const losses = (): Losses<NeutralField> => new Losses<NeutralField>();

it('CallResults gives ids that Anthropic takes', () => {
  const turns: NeutralTurn[] = [{ role: 'assistant', parts: [call('fc|1')] }];
  expect(new CallResults(turns).take([call('fc|1')], 0)[0]?.id).toMatch(/^toolu_[0-9a-f]{24}$/);
});

describe('resultBlocks', () => {
  const blocks = (found: NeutralToolResult | undefined): unknown => resultBlocks([{ id: 'a', result: found }], {}, losses())[0];

  it('a call without a result is told to have failed', () => {
    expect(blocks(undefined)).toEqual({ type: 'tool_result', tool_use_id: 'a', content: 'No result was provided.', is_error: true });
  });

  it('one text as it is, several parts as blocks, nothing as nothing', () => {
    expect(blocks(result('x', 'one'))).toEqual({ type: 'tool_result', tool_use_id: 'a', content: 'one' });
    expect(
      blocks(result('x', '', { parts: [text('a'), { kind: 'image', source: { kind: 'url', url: 'https://example.com/a' } }] })),
    ).toEqual({
      type: 'tool_result',
      tool_use_id: 'a',
      content: [
        { type: 'text', text: 'a' },
        { type: 'image', source: { type: 'url', url: 'https://example.com/a' } },
      ],
    });
    expect(blocks(result('x', ''))).toEqual({ type: 'tool_result', tool_use_id: 'a' });
  });

  it('a failure says that it is one', () => {
    expect(blocks(result('x', 'gone', { isError: true }))).toMatchObject({ content: 'gone', is_error: true });
    expect(blocks(result('x', '', { isError: true }))).toMatchObject({ content: 'Error', is_error: true });
  });
});

it('orphanBlocks: what a lost call gave is still said', () => {
  const [head, said] = orphanBlocks([result('z', 'lost'), result('y', '')], {}, losses());
  expect(JSON.stringify(head)).toContain('no longer in this conversation');
  expect(said).toEqual({ type: 'text', text: 'lost' });
  expect(orphanBlocks([result('y', '')], {}, losses())).toEqual([]);
});
