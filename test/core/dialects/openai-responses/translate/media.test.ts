import { describe, expect, it } from 'vitest';
import { audioMediaType, dataUrl, fileName, urlSource } from '../../../../../core/src/dialects/openai-responses/translate/media.ts';

describe('urlSource', () => {
  it.each([['data:image/png,abc'], ['data:image/png;base64'], ['data:']])('has no source for %s, which is not base64', (url) => {
    expect(urlSource(url)).toBeUndefined();
  });

  it.each([
    ['data:image/png;base64,QUJD', 'image/png'],
    ['DATA:image/png;name=a.png;BASE64,QUJD', 'image/png'],
    ['data:;base64,QUJD', 'application/octet-stream'],
  ])('takes %s apart', (url, mediaType) => {
    expect(urlSource(url)).toEqual({ kind: 'inline', mediaType, data: 'QUJD' });
  });

  it('leaves other URLs as they are', () => {
    expect(urlSource('https://x.example/a?b=data:')).toEqual({ kind: 'url', url: 'https://x.example/a?b=data:' });
  });

  it('reads back what dataUrl wrote, in a time that does not depend on the data', () => {
    const data = 'A'.repeat(20_000_000);
    const began = performance.now();
    expect(urlSource(dataUrl('image/png', data))).toEqual({ kind: 'inline', mediaType: 'image/png', data });
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

describe('audioMediaType', () => {
  it('is a string whatever the format is called', () => {
    expect(['mp3', 'wav', 'constructor', '__proto__'].map(audioMediaType)).toEqual([
      'audio/mpeg',
      'audio/wav',
      'audio/constructor',
      'audio/__proto__',
    ]);
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
