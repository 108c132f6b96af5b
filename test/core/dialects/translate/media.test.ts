import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Losses } from '../../../../core/src/dialects/translate/losses.ts';
import {
  audioFormat,
  audioMediaType,
  dataUrl,
  fileName,
  fileText,
  imageUrl,
  urlSource,
} from '../../../../core/src/dialects/translate/media.ts';
import type { TargetQuirks } from '../../../../core/src/dialects/translation.ts';
import type { NeutralField, NeutralSource } from '../../../../core/src/model/neutral.ts';

describe('urlSource', () => {
  it.each(['data:image/png,abc', 'data:,abc', 'data:', 'data:image/png;base64', 'data:text/plain;charset=utf-8,a'])(
    '%s is not base64',
    (url) => {
      expect(urlSource(url)).toBeUndefined();
    },
  );

  it('takes a data URL apart', () => {
    expect(urlSource('data:image/png;base64,AAAA')).toEqual({ kind: 'inline', mediaType: 'image/png', data: 'AAAA' });
    expect(urlSource('DATA:text/plain;charset=utf-8;base64,QQ==')).toEqual({ kind: 'inline', mediaType: 'text/plain', data: 'QQ==' });
    expect(urlSource('DATA:image/png;name=a.png;BASE64,QUJD')).toEqual({ kind: 'inline', mediaType: 'image/png', data: 'QUJD' });
    expect(urlSource('data:;base64,QQ==')).toEqual({ kind: 'inline', mediaType: 'application/octet-stream', data: 'QQ==' });
  });

  it('leaves any other as it is', () => {
    expect(urlSource('https://x.test/data:a;base64,b')).toEqual({ kind: 'url', url: 'https://x.test/data:a;base64,b' });
  });

  it('reads what dataUrl writes', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]+\/[a-z.+-]+$/), fc.base64String(), (mediaType, data) => {
        expect(urlSource(dataUrl(mediaType, data))).toEqual({ kind: 'inline', mediaType, data });
      }),
    );
  });

  it('the data cost no time', () => {
    const data = 'A'.repeat(20_000_000);
    const began = performance.now();
    expect(urlSource(dataUrl('image/png', data))).toEqual({ kind: 'inline', mediaType: 'image/png', data });
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('a head that is no head costs no time', () => {
    const started = performance.now();
    urlSource(`data:${';a'.repeat(500_000)},x`);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('audio', () => {
  it.each(['wav', 'mp3'] as const)('%s is told by its media type and back', (format) => {
    expect(audioFormat(audioMediaType(format))).toBe(format);
  });

  it.each(['audio/x-wav', 'audio/wave', 'AUDIO/MP3'])('%s has a word in Chat', (type) => {
    expect(audioFormat(type)).toBeDefined();
  });

  it.each(['audio/ogg', 'audio/flac', 'video/mp4', ''])('%j has none', (type) => {
    expect(audioFormat(type)).toBeUndefined();
  });

  it('a format of somebody else is a media type, whatever it is called', () => {
    expect(['flac', 'constructor', '__proto__'].map(audioMediaType)).toEqual(['audio/flac', 'audio/constructor', 'audio/__proto__']);
  });
});

describe('fileName', () => {
  it.each([
    ['a.pdf', 'text/plain', 'a.pdf'],
    [undefined, 'application/pdf', 'file.pdf'],
    [undefined, 'text/plain', 'file.txt'],
    [undefined, 'application/vnd.openxmlformats-officedocument', 'file.bin'],
    [undefined, '', 'file.bin'],
  ])('%j of %s is %s', (name, mediaType, given) => {
    expect(fileName(name, mediaType)).toBe(given);
  });
});

describe('imageUrl', () => {
  const inline = { kind: 'inline', mediaType: 'image/png', data: 'AAAA' } as const;
  const url = { kind: 'url', url: 'https://x.test/a.png' } as const;
  const id = { kind: 'id', id: 'file-1' } as const;

  it.each<[NeutralSource, TargetQuirks, NeutralField]>([
    [inline, { images: false }, 'images'],
    [url, { images: false }, 'images'],
    [id, { images: false }, 'images'],
    [id, {}, 'fileIds'],
    [url, { imageUrls: false }, 'imageUrls'],
  ])('%j for %j is refused: %s', (source, quirks, field) => {
    const losses = new Losses<NeutralField>();
    expect(imageUrl({ kind: 'image', source }, quirks, losses)).toBeUndefined();
    expect(losses.list()).toEqual([{ field, level: 'refuse' }]);
  });

  it('is its own, or has the data', () => {
    const losses = new Losses<NeutralField>();
    expect(imageUrl({ kind: 'image', source: url }, {}, losses)).toBe('https://x.test/a.png');
    expect(imageUrl({ kind: 'image', source: inline }, { imageUrls: false }, losses)).toBe('data:image/png;base64,AAAA');
    expect(losses.list()).toEqual([]);
  });
});

it('fileText is headed by the name; nothing stays nothing', () => {
  expect([fileText('a', undefined), fileText('a', 'b.txt'), fileText('', 'b.txt')]).toEqual(['a', 'b.txt:\na', '']);
});
