import { describe, expect, it } from 'vitest';
import { encodeContent, textBlocks } from '../../../../../core/src/dialects/anthropic-messages/translate/encode-content.ts';
import { Losses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { TargetQuirks } from '../../../../../core/src/dialects/translation.ts';
import type { NeutralField, NeutralFile, NeutralUserPart } from '../../../../../core/src/model/neutral.ts';
import { text } from './examples.ts';

function content(parts: readonly NeutralUserPart[], quirks: TargetQuirks = {}): unknown[] {
  const losses = new Losses<NeutralField>();
  return [...encodeContent(parts, quirks, losses), ...losses.list().map(({ field, level }) => `${level} ${field}`)];
}

const file = (source: NeutralFile['source'], name?: string): NeutralFile => ({ kind: 'file', source, name });
const inline = (mediaType: string, data = 'aGk='): NeutralFile['source'] => ({ kind: 'inline', mediaType, data });

describe('what has no place is refused, not left out in silence', () => {
  it.each<[string, NeutralUserPart, TargetQuirks]>([
    ['audio', { kind: 'audio', mediaType: 'audio/wav', data: 'aa' }, {}],
    ['fileIds', { kind: 'image', source: { kind: 'id', id: 'file_1' } }, {}],
    ['fileIds', file({ kind: 'id', id: 'file_1' }), {}],
    ['images', { kind: 'image', source: { kind: 'url', url: 'https://example.com/a' } }, { images: false }],
    ['images', file(inline('image/png')), { images: false }],
    ['imageUrls', { kind: 'image', source: { kind: 'url', url: 'https://example.com/a' } }, { imageUrls: false }],
    ['imageUrls', { kind: 'image', source: { kind: 'url', url: 'gs://bucket/a.png' } }, {}],
    ['images', { kind: 'image', source: { kind: 'inline', mediaType: 'image/svg+xml', data: 'aa' } }, {}],
    ['files', file({ kind: 'url', url: 'gs://bucket/a.pdf' }), {}],
    ['files', file({ kind: 'url', url: 'https://example.com/a.pdf' }), { imageUrls: false }],
    ['files', file(inline('application/zip')), {}],
  ])('%s', (field, part, quirks) => {
    expect(content([part], quirks)).toEqual([`refuse ${field}`]);
  });
});

describe('encodeContent', () => {
  it('claude-code#62396, #59812: no empty texts, nor white space alone', () => {
    expect(content([text(''), text(' \n\t'), file({ kind: 'text', text: ' ' }), text(' a ')])).toEqual([{ type: 'text', text: ' a ' }]);
    expect(textBlocks('\u00a0')).toEqual([]);
  });

  it('Portkey#652, #975: images inline and by URL', () => {
    expect(
      content([
        { kind: 'image', source: { kind: 'inline', mediaType: 'image/JPG', data: 'aa' } },
        { kind: 'image', source: { kind: 'url', url: 'https://example.com/a' } },
        file(inline('image/webp', 'bb'), 'a.webp'),
      ]),
    ).toEqual([
      { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'aa' } },
      { type: 'image', source: { type: 'url', url: 'https://example.com/a' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/webp', data: 'bb' } },
    ]);
  });

  it('documents: PDF, texts of any kind, URLs; with their title', () => {
    expect(
      content([
        file(inline('Application/PDF'), 'a.pdf'),
        file(inline('text/csv'), 'x'.repeat(600)),
        file(inline('application/json')),
        file({ kind: 'text', text: 'words' }, ''),
        file({ kind: 'url', url: 'https://example.com/a.pdf' }, 'A'),
      ]),
    ).toEqual([
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'aGk=' }, title: 'a.pdf' },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'hi' }, title: 'x'.repeat(500) },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'hi' } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'words' } },
      { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' }, title: 'A' },
    ]);
  });
});
