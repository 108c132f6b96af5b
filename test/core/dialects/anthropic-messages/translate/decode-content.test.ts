import { describe, expect, it } from 'vitest';
import {
  blocksIn,
  otherBlock,
  resultParts,
  textBlock,
  userParts,
} from '../../../../../core/src/dialects/anthropic-messages/translate/decode-content.ts';
import { RequestLosses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';
import { text } from './examples.ts';

function parts(block: JsonObject): unknown[] {
  const losses = new RequestLosses();
  return [...userParts(block, 'at', losses), ...losses.list().map(({ field, level }) => `${level} ${field}`)];
}

describe('what is wrong is named', () => {
  it.each([
    ['at.text', { type: 'text', text: 5 }],
    ['at.source', { type: 'image' }],
    ['at.source.type', { type: 'image', source: { type: 'text', data: 'a' } }],
    ['at.source.url', { type: 'image', source: { type: 'url' } }],
    ['at.source.media_type', { type: 'image', source: { type: 'base64', data: 'aa' } }],
    ['at.source.data', { type: 'document', source: { type: 'base64', media_type: 'application/pdf' } }],
    ['at.source.data', { type: 'document', source: { type: 'text' } }],
    ['at.source.file_id', { type: 'document', source: { type: 'file' } }],
    ['at.source.type', { type: 'document', source: { type: 'elsewhere' } }],
    ['at.content', { type: 'search_result' }],
    ['at.type', {}],
  ])('%s', (param, block) => {
    expect(() => parts(block)).toThrow(expect.objectContaining({ param }));
  });
});

describe('userParts', () => {
  it('Portkey#652, #975: images inline, by URL and by id', () => {
    expect(parts({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aa' } })).toEqual([
      { kind: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'aa' } },
    ]);
    expect(parts({ type: 'image', source: { type: 'url', url: 'https://example.com/a' } })).toEqual([
      { kind: 'image', source: { kind: 'url', url: 'https://example.com/a' } },
    ]);
    expect(parts({ type: 'image', source: { type: 'file', file_id: 'file_1' } })).toEqual([
      { kind: 'image', source: { kind: 'id', id: 'file_1' } },
    ]);
  });

  it('documents of every source', () => {
    expect(parts({ type: 'document', title: 'A', source: { type: 'base64', media_type: 'application/pdf', data: 'aa' } })).toEqual([
      { kind: 'file', source: { kind: 'inline', mediaType: 'application/pdf', data: 'aa' }, name: 'A' },
    ]);
    expect(parts({ type: 'document', title: null, source: { type: 'text', media_type: 'text/plain', data: 'words' } })).toEqual([
      { kind: 'file', source: { kind: 'text', text: 'words' }, name: undefined },
    ]);
    expect(parts({ type: 'document', context: 'From 2020.', source: { type: 'url', url: 'https://example.com/a.pdf' } })).toEqual([
      text('From 2020.'),
      { kind: 'file', source: { kind: 'url', url: 'https://example.com/a.pdf' }, name: undefined },
    ]);
  });

  it('a document in pieces is one text, and its images', () => {
    const image = { type: 'image', source: { type: 'url', url: 'https://example.com/a' } };
    expect(
      parts({ type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'a' }, image, { type: 'text', text: 'b' }] } }),
    ).toEqual([
      { kind: 'file', source: { kind: 'text', text: 'a\nb' }, name: undefined },
      { kind: 'image', source: { kind: 'url', url: 'https://example.com/a' } },
    ]);
    expect(parts({ type: 'document', source: { type: 'content', content: 'words' } })).toEqual([
      { kind: 'file', source: { kind: 'text', text: 'words' }, name: undefined },
    ]);
  });

  it('what a search found is a text with a title', () => {
    expect(
      parts({
        type: 'search_result',
        title: 'T',
        source: 'https://example.com',
        content: [{ type: 'text', text: 'a' }],
        citations: { enabled: true },
      }),
    ).toEqual([
      { kind: 'file', source: { kind: 'text', text: 'https://example.com\na' }, name: 'T' },
      'drop messages[].content[].citations',
    ]);
  });

  it('citations that were asked for are noted', () => {
    expect(parts({ type: 'document', citations: { enabled: true }, source: { type: 'text', data: 'a' } })).toContain(
      'drop messages[].content[].citations',
    );
    expect(parts({ type: 'document', citations: { enabled: false }, source: { type: 'text', data: 'a' } })).toHaveLength(1);
  });

  it('a block that nobody knows is refused', () => {
    expect(parts({ type: 'hologram' })).toEqual(['refuse at.hologram']);
    expect(otherBlock({ type: 'x' }, 'at', new RequestLosses())).toEqual([]);
  });
});

it('a text with citations loses them', () => {
  const losses = new RequestLosses();
  expect(textBlock({ type: 'text', text: '', citations: [{}] }, 'at', losses)).toEqual(text(''));
  expect(losses.list()).toEqual([{ field: 'messages[].content[].citations', level: 'drop' }]);
});

it('resultParts: a tool that a search found is a text', () => {
  const losses = new RequestLosses();
  expect(
    resultParts(
      [
        { type: 'tool_reference', tool_name: 'look' },
        { type: 'text', text: 'a' },
      ],
      'at',
      losses,
    ),
  ).toEqual([text('look'), text('a')]);
  expect(losses.list()).toEqual([{ field: 'messages[].content[].tool_reference', level: 'drop' }]);
});

it('blocksIn: a string is a block, with its place', () => {
  expect(blocksIn('a', 'at')).toEqual([[{ type: 'text', text: 'a' }, 'at']]);
  expect(blocksIn([{ type: 'x' }], 'at')).toEqual([[{ type: 'x' }, 'at[0]']]);
});
