import { describe, expect, it } from 'vitest';
import { encodeContent } from '../../../../../core/src/dialects/openai-responses/translate/encode-content.ts';
import { Losses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { TargetQuirks } from '../../../../../core/src/dialects/translation.ts';
import type { JsonObject } from '../../../../../core/src/model/json.ts';
import type { NeutralField, NeutralLoss, NeutralUserPart } from '../../../../../core/src/model/neutral.ts';

function encoded(part: NeutralUserPart, quirks: TargetQuirks = {}): { readonly parts: JsonObject[]; readonly losses: NeutralLoss[] } {
  const losses = new Losses<NeutralField>();
  return { parts: encodeContent([part], quirks, losses), losses: losses.list() };
}

const inline = { kind: 'inline', mediaType: 'image/png', data: 'QUJD' } as const;
const url = { kind: 'url', url: 'https://x.example/a' } as const;
const id = { kind: 'id', id: 'file_1' } as const;

describe('what has no place', () => {
  it.each<[NeutralUserPart, NeutralField, TargetQuirks]>([
    [{ kind: 'image', source: id }, 'fileIds', {}],
    [{ kind: 'file', source: id, name: undefined }, 'fileIds', {}],
    [{ kind: 'audio', mediaType: 'audio/wav', data: 'QUJD' }, 'audio', {}],
    [{ kind: 'image', source: url }, 'imageUrls', { imageUrls: false }],
    [{ kind: 'image', source: inline }, 'images', { images: false }],
  ])('is refused: %j is %s', (part, field, quirks) => {
    expect(encoded(part, quirks)).toEqual({ parts: [], losses: [{ field, level: 'refuse' }] });
  });
});

describe('encodeContent', () => {
  it.each<[NeutralUserPart, JsonObject]>([
    [
      { kind: 'text', text: 'a' },
      { type: 'input_text', text: 'a' },
    ],
    [
      { kind: 'image', source: inline },
      { type: 'input_image', image_url: 'data:image/png;base64,QUJD' },
    ],
    [
      { kind: 'image', source: url },
      { type: 'input_image', image_url: 'https://x.example/a' },
    ],
    [
      { kind: 'file', source: { ...inline, mediaType: 'application/pdf' }, name: undefined },
      { type: 'input_file', filename: 'file.pdf', file_data: 'data:application/pdf;base64,QUJD' },
    ],
    [
      { kind: 'file', source: url, name: 'a.pdf' },
      { type: 'input_file', file_url: 'https://x.example/a' },
    ],
    [
      { kind: 'file', source: { kind: 'text', text: 'b' }, name: 'a.txt' },
      { type: 'input_text', text: 'a.txt:\nb' },
    ],
    [
      { kind: 'file', source: { kind: 'text', text: 'b' }, name: undefined },
      { type: 'input_text', text: 'b' },
    ],
  ])('says %j', (part, said) => {
    expect(encoded(part)).toEqual({ parts: [said], losses: [] });
  });

  it('leaves empty texts out (anthropics/claude-code#62396 is what they do elsewhere)', () => {
    expect(encoded({ kind: 'text', text: '' }).parts).toEqual([]);
    expect(encoded({ kind: 'file', source: { kind: 'text', text: '' }, name: 'a.txt' }).parts).toEqual([]);
  });
});
