import { describe, expect, it } from 'vitest';
import type { NeutralUserPart } from '../../../../core/src/model/neutral.ts';
import { DocumentNames } from '../../../../providers/bedrock/src/converse/document-names.ts';
import { encodeContent, textBlocks } from '../../../../providers/bedrock/src/converse/encode-content.ts';
import { encoderFor, lossesOf, sonnet } from './encoding.ts';

function encoded(part: NeutralUserPart, quirks = {}) {
  const about = encoderFor(sonnet, quirks);
  return { blocks: encodeContent([part], new DocumentNames(), about), losses: lossesOf(about) };
}

const inline = (mediaType: string) => ({ kind: 'inline', mediaType, data: 'AAAA' }) as const;

describe('a part that has no place', () => {
  it.each<[string, NeutralUserPart, string]>([
    ['an image by its URL: nobody fetches it', { kind: 'image', source: { kind: 'url', url: 'https://x.example/a.png' } }, 'imageUrls'],
    ['an image by the id of a file', { kind: 'image', source: { kind: 'id', id: 'file-1' } }, 'fileIds'],
    ['an image of an unknown kind', { kind: 'image', source: inline('image/tiff') }, 'images'],
    ['audio', { kind: 'audio', mediaType: 'audio/wav', data: 'AAAA' }, 'audio'],
    ['a file by its URL', { kind: 'file', source: { kind: 'url', url: 'https://x.example/a.pdf' }, name: undefined }, 'files'],
    ['a file by its id', { kind: 'file', source: { kind: 'id', id: 'file-1' }, name: undefined }, 'fileIds'],
    ['a file of an unknown kind', { kind: 'file', source: inline('application/zip'), name: 'a.zip' }, 'files'],
  ])('is refused, never left out: %s', (_what, part, field) => {
    expect(encoded(part)).toEqual({ blocks: [], losses: [`${field}: refuse`] });
  });

  it('is an image for a model that takes none', () => {
    expect(encoded({ kind: 'image', source: inline('image/png') }, { images: false }).losses).toEqual(['images: refuse']);
  });
});

describe('content', () => {
  it('Portkey-AI/gateway#652, #975: has images as bytes, and their format by name', () => {
    for (const [type, format] of [
      ['image/png', 'png'],
      ['image/jpeg', 'jpeg'],
      ['IMAGE/JPG', 'jpeg'],
      ['image/webp', 'webp'],
      ['image/gif', 'gif'],
    ] as const)
      expect(encoded({ kind: 'image', source: inline(type) })).toEqual({
        blocks: [{ image: { format, source: { bytes: 'AAAA' } } }],
        losses: [],
      });
  });

  it('has documents with a name that Converse takes', () => {
    for (const [type, format] of [
      ['application/pdf', 'pdf'],
      ['text/csv', 'csv'],
      ['text/html', 'html'],
      ['text/plain', 'txt'],
      ['application/msword', 'doc'],
      ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
      ['application/vnd.ms-excel', 'xls'],
      ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
      ['text/markdown', 'md'],
      ['application/json', 'txt'],
      ['image/svg+xml', undefined],
      ['application/vnd.oasis+xml', 'txt'],
    ] as const) {
      const { blocks } = encoded({ kind: 'file', source: inline(type), name: 'Q3/report.final.pdf' });
      const document = { format, name: 'Q3 report final', source: { bytes: 'AAAA' } };
      expect(blocks, type).toEqual(format === undefined ? [] : [{ document }]);
    }
  });

  it('has texts that are files', () => {
    expect(encoded({ kind: 'file', source: { kind: 'text', text: 'héllo' }, name: undefined }).blocks).toEqual([
      { document: { format: 'txt', name: 'document', source: { bytes: Buffer.from('héllo').toString('base64') } } },
    ]);
    expect(encoded({ kind: 'file', source: { kind: 'text', text: ' ' }, name: undefined }).blocks).toEqual([]);
  });

  it('has an image that came as a file as an image', () => {
    expect(encoded({ kind: 'file', source: inline('image/png'), name: 'a.png' }).blocks).toEqual([
      { image: { format: 'png', source: { bytes: 'AAAA' } } },
    ]);
  });

  it('maximhq/bifrost#2765, claude-code#62396, #59812: has no empty text', () => {
    for (const text of ['', ' ', '\n\t']) expect(textBlocks(text)).toEqual([]);
    expect(textBlocks(' x ')).toEqual([{ text: ' x ' }]);
  });
});
