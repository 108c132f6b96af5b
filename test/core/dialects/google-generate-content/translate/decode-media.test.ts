import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMedia } from '../../../../../core/src/dialects/google-generate-content/translate/decode-media.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';

const inline = (mimeType: string, data = 'AAAA') => decodeMedia({ inlineData: { mimeType, data } }, 'p');
const file = (fileUri: string, mimeType?: string) =>
  decodeMedia({ fileData: { fileUri, ...(mimeType !== undefined && { mimeType }) } }, 'p');

describe('decodeMedia', () => {
  it.each<[JsonObject, string]>([
    [{ inlineData: 'x' }, 'p.inlineData'],
    [{ inlineData: { data: 'x' } }, 'p.inlineData.mimeType'],
    [{ inline_data: { mime_type: 'image/png' } }, 'p.inlineData.data'],
    [{ fileData: [] }, 'p.fileData'],
    [{ fileData: { mimeType: 'image/png' } }, 'p.fileData.fileUri'],
    [{ fileData: { fileUri: 'https://x/a', mimeType: { toString: 1 } } }, 'p.fileData.mimeType'],
  ])('refuses %j at %s', (part, param) => {
    expect(() => decodeMedia(part, 'p')).toThrow(expect.objectContaining({ param }));
  });

  it('nobody else takes video, or audio by address', () => {
    expect([inline('video/mp4'), file('https://x/v', 'video/mp4'), file('https://youtu.be/x'), file('https://x/a', 'audio/wav')]).toEqual(
      Array(4).fill(undefined),
    );
  });

  it('images, audio, documents and texts, in both spellings', () => {
    expect(inline('image/png')).toEqual({ kind: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'AAAA' } });
    expect(inline('Audio/WAV')).toEqual({ kind: 'audio', mediaType: 'audio/wav', data: 'AAAA' });
    expect(decodeMedia({ inline_data: { mime_type: 'application/pdf', data: 'AAAA', display_name: 'a.pdf' } }, 'p')).toEqual({
      kind: 'file',
      source: { kind: 'inline', mediaType: 'application/pdf', data: 'AAAA' },
      name: 'a.pdf',
    });
    expect(inline('text/plain', Buffer.from('äö').toString('base64'))).toEqual({
      kind: 'file',
      source: { kind: 'text', text: 'äö' },
      name: undefined,
    });
  });

  it('an address is one; what only Google can read is an id', () => {
    expect(file('https://x/a.png', 'image/png')).toEqual({ kind: 'image', source: { kind: 'url', url: 'https://x/a.png' } });
    expect(file('https://x/a.pdf', 'application/pdf')).toMatchObject({ kind: 'file', source: { kind: 'url' } });
    for (const uri of ['gs://bucket/a.png', 'files/abc', 'https://generativelanguage.googleapis.com/v1beta/files/8b2b'])
      expect(file(uri, 'image/png')).toEqual({ kind: 'image', source: { kind: 'id', id: uri } });
  });

  it('base64 in the alphabet for URLs becomes what others read', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const standard = Buffer.from(bytes).toString('base64');
        for (const data of [standard, standard.replace(/=+$/, ''), Buffer.from(bytes).toString('base64url')])
          expect(inline('image/png', data)).toMatchObject({ source: { data: standard } });
      }),
    );
  });
});
