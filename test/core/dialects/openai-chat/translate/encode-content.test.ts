import { describe, expect, it } from 'vitest';
import { encodeContent } from '../../../../../core/src/dialects/openai-chat/translate/encode-content.ts';
import { Losses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { TargetQuirks } from '../../../../../core/src/dialects/translation.ts';
import type { NeutralField, NeutralUserPart } from '../../../../../core/src/model/neutral.ts';
import { text } from './examples.ts';

function encode(parts: NeutralUserPart[], quirks: TargetQuirks = {}) {
  const losses = new Losses<NeutralField>();
  return { content: encodeContent(parts, quirks, losses), losses: losses.list() };
}

const byUrl: NeutralUserPart = { kind: 'image', source: { kind: 'url', url: 'https://x.test/a.png' } };
const inline: NeutralUserPart = { kind: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'AAAA' } };

describe('what has no place is refused', () => {
  it.each<[NeutralField, NeutralUserPart, TargetQuirks]>([
    ['images', inline, { images: false }],
    ['imageUrls', byUrl, { imageUrls: false }],
    ['fileIds', { kind: 'image', source: { kind: 'id', id: 'file-1' } }, {}],
    ['fileIds', { kind: 'file', source: { kind: 'id', id: 'file-1' }, name: undefined }, {}],
    ['files', { kind: 'file', source: { kind: 'url', url: 'https://x.test/a.pdf' }, name: undefined }, {}],
    ['audio', { kind: 'audio', mediaType: 'audio/ogg', data: 'AAAA' }, {}],
  ])('%s: %j', (field, part, quirks) => {
    expect(encode([text('see'), part], quirks)).toEqual({ content: 'see', losses: [{ field, level: 'refuse' }] });
  });
});

describe('encodeContent', () => {
  it('texts are one string, a paragraph each: some servers take no other', () => {
    expect(encode([text('a'), text('b')]).content).toBe('a\n\nb');
    expect(encode([]).content).toBe('');
  });

  it('claude-code#62396: empty texts are left out', () => {
    expect(encode([text(''), text('a'), text('')]).content).toBe('a');
    expect(encode([text(''), inline]).content).toHaveLength(1);
  });

  it('Portkey#652: images by URL and inline', () => {
    expect(encode([text('a'), byUrl, inline])).toEqual({
      content: [
        { type: 'text', text: 'a' },
        { type: 'image_url', image_url: { url: 'https://x.test/a.png' } },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      ],
      losses: [],
    });
    expect(encode([inline], { imageUrls: false }).losses).toEqual([]);
  });

  it('audio and files; a file has a name', () => {
    const pdf = { kind: 'inline', mediaType: 'application/pdf', data: 'JVBERi0=' } as const;
    expect(
      encode([
        { kind: 'audio', mediaType: 'audio/mpeg', data: 'AAAA' },
        { kind: 'file', source: pdf, name: 'a.pdf' },
        { kind: 'file', source: pdf, name: undefined },
        { kind: 'file', source: { ...pdf, mediaType: 'x' }, name: undefined },
      ]).content,
    ).toEqual([
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
      { type: 'file', file: { filename: 'file.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
      { type: 'file', file: { filename: 'file.bin', file_data: 'data:x;base64,JVBERi0=' } },
    ]);
  });

  it('a file of plain text is a text', () => {
    expect(encode([{ kind: 'file', source: { kind: 'text', text: 'body' }, name: 'a.txt' }]).content).toBe('a.txt:\nbody');
    expect(encode([{ kind: 'file', source: { kind: 'text', text: '' }, name: 'a.txt' }]).content).toBe('');
  });
});
