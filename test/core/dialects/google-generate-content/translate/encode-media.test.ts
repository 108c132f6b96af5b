import { expect, it } from 'vitest';
import { encodeMedia } from '../../../../../core/src/dialects/google-generate-content/translate/encode-media.ts';
import { Losses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { NeutralAudio, NeutralField, NeutralFile, NeutralImage } from '../../../../../core/src/model/neutral.ts';

const encode = (media: NeutralImage | NeutralAudio | NeutralFile) => {
  const losses = new Losses<NeutralField>();
  return { parts: encodeMedia(media, losses), refused: losses.list().map(({ field }) => field) };
};

it('Portkey#652, #975: nothing is fetched, and no id crosses providers', () => {
  expect(encode({ kind: 'image', source: { kind: 'url', url: 'http://169.254.169.254/' } })).toEqual({ parts: [], refused: ['imageUrls'] });
  expect(encode({ kind: 'file', source: { kind: 'url', url: 'https://x' }, name: undefined })).toEqual({ parts: [], refused: ['files'] });
  expect(encode({ kind: 'image', source: { kind: 'id', id: 'file-1' } })).toEqual({ parts: [], refused: ['fileIds'] });
});

it('what is here goes along', () => {
  const inline = { kind: 'inline', mediaType: 'image/png', data: 'AAAA' } as const;
  const part = (mimeType: string, data = 'AAAA') => ({ parts: [{ inlineData: { mimeType, data } }], refused: [] });
  expect(encode({ kind: 'image', source: inline })).toEqual(part('image/png'));
  expect(encode({ kind: 'audio', mediaType: 'audio/wav', data: 'AAAA' })).toEqual(part('audio/wav'));
  expect(encode({ kind: 'file', source: { ...inline, mediaType: 'application/pdf' }, name: 'a.pdf' })).toEqual(part('application/pdf'));
  expect(encode({ kind: 'file', source: { kind: 'text', text: 'ä' }, name: undefined })).toEqual(part('text/plain', 'w6Q='));
});
