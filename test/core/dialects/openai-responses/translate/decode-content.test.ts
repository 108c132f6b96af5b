import { describe, expect, it } from 'vitest';
import {
  assistantPart,
  resultPart,
  textPart,
  userPart,
} from '../../../../../core/src/dialects/openai-responses/translate/decode-content.ts';
import { decodeParts, type PartReader } from '../../../../../core/src/dialects/translate/decode-parts.ts';
import { RequestLosses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { JsonValue } from '../../../../../core/src/model/json.ts';
import type { Loss } from '../../../../../core/src/model/neutral.ts';
import { refusedField } from './refused-field.ts';

function decoded<T>(content: JsonValue, read: PartReader<T>): { readonly parts: unknown[]; readonly losses: Loss[] } {
  const losses = new RequestLosses();
  return { parts: decodeParts(content, 'input[0].content', losses, read), losses: losses.list() };
}

describe('what is no content', () => {
  it.each<[JsonValue, string]>([
    [7, 'input[0].content'],
    [null, 'input[0].content'],
    [['x'], 'input[0].content[0]'],
    [[{}], 'input[0].content[0].type'],
    [[{ type: 'input_text' }], 'input[0].content[0].text'],
    [[{ type: 'input_image' }], 'input[0].content[0].image_url'],
    [[{ type: 'input_image', image_url: 'data:image/png,x' }], 'input[0].content[0].image_url'],
    [[{ type: 'input_file' }], 'input[0].content[0].file_data'],
    [[{ type: 'input_file', file_data: 'data:x' }], 'input[0].content[0].file_data'],
    [[{ type: 'input_audio' }], 'input[0].content[0].input_audio'],
    [[{ type: 'input_audio', input_audio: { data: 'QQ==' } }], 'input[0].content[0].input_audio.format'],
  ])('%j is refused by name', (content, field) => {
    expect(refusedField(() => decoded(content, userPart))).toBe(field);
  });
});

describe('texts', () => {
  it('may be called by any of their three names, or stand alone', () => {
    expect(decoded('a', userPart).parts).toEqual([{ kind: 'text', text: 'a' }]);
    const parts = ['input_text', 'output_text', 'text'].map((type) => ({ type, text: type }));
    for (const read of [textPart, userPart, assistantPart, resultPart])
      expect(decoded(parts, read as PartReader<unknown>).parts).toEqual(parts.map(({ text }) => ({ kind: 'text', text })));
  });

  it('lose citations and cache marks, and say so; empty ones say nothing', () => {
    const full = {
      type: 'output_text',
      text: 'a',
      annotations: [{ type: 'url_citation' }],
      logprobs: [],
      prompt_cache_breakpoint: { a: 1 },
    };
    expect(decoded([full, full], assistantPart).losses).toEqual([
      { field: 'input[].content[].annotations', level: 'drop' },
      { field: 'input[].content[].prompt_cache_breakpoint', level: 'drop' },
    ]);
    expect(decoded([{ type: 'output_text', text: 'a', annotations: [], logprobs: null, parsed: { a: 1 } }], assistantPart).losses).toEqual(
      [],
    );
  });
});

describe('refusals', () => {
  it('are the assistant’s alone', () => {
    const refusal = { type: 'refusal', refusal: 'No.' };
    expect(decoded([refusal], assistantPart).parts).toEqual([{ kind: 'refusal', text: 'No.' }]);
    expect(decoded([refusal], userPart)).toEqual({ parts: [], losses: [{ field: 'input[0].content[0].refusal', level: 'refuse' }] });
    expect(refusedField(() => decoded([{ type: 'refusal' }], assistantPart))).toBe('input[0].content[0].refusal');
  });
});

describe('media', () => {
  it('Portkey-AI/gateway#652, #975: images come inline, by URL or by id', () => {
    const images = [
      { type: 'input_image', image_url: 'data:image/png;base64,QUJD', detail: 'auto' },
      { type: 'input_image', image_url: 'https://x.example/a.png', file_id: null },
      { type: 'input_image', image_url: { url: 'https://x.example/b.png' } },
      { type: 'input_image', file_id: 'file_1' },
    ];
    expect(decoded(images, userPart)).toEqual({
      parts: [
        { kind: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'QUJD' } },
        { kind: 'image', source: { kind: 'url', url: 'https://x.example/a.png' } },
        { kind: 'image', source: { kind: 'url', url: 'https://x.example/b.png' } },
        { kind: 'image', source: { kind: 'id', id: 'file_1' } },
      ],
      losses: [],
    });
    expect(decoded([{ ...images[0], detail: 'high' }], userPart).losses).toEqual([{ field: 'input[].content[].detail', level: 'drop' }]);
  });

  it('files too; data without a media type has the one of its name', () => {
    const files = [
      { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,QUJD' },
      { type: 'input_file', filename: 'a.PDF', file_data: 'QUJD' },
      { type: 'input_file', file_data: 'QUJD' },
      { type: 'input_file', file_url: 'https://x.example/a.pdf' },
      { type: 'input_file', file_id: 'file_1', filename: 'b.pdf' },
    ];
    expect(decoded(files, resultPart).parts).toEqual([
      { kind: 'file', source: { kind: 'inline', mediaType: 'application/pdf', data: 'QUJD' }, name: 'a.pdf' },
      { kind: 'file', source: { kind: 'inline', mediaType: 'application/pdf', data: 'QUJD' }, name: 'a.PDF' },
      { kind: 'file', source: { kind: 'inline', mediaType: 'application/octet-stream', data: 'QUJD' }, name: undefined },
      { kind: 'file', source: { kind: 'url', url: 'https://x.example/a.pdf' }, name: undefined },
      { kind: 'file', source: { kind: 'id', id: 'file_1' }, name: 'b.pdf' },
    ]);
  });

  it('audio is the user’s; what nobody knows is refused, not lost', () => {
    const audio = { type: 'input_audio', input_audio: { data: 'QUJD', format: 'mp3' } };
    expect(decoded([audio], userPart).parts).toEqual([{ kind: 'audio', mediaType: 'audio/mpeg', data: 'QUJD' }]);
    for (const [part, read] of [
      [audio, resultPart],
      [{ type: 'computer_screenshot', image_url: 'x' }, userPart],
      [{ type: 'input_image', image_url: 'x' }, textPart],
    ] as const)
      expect(decoded([part], read as PartReader<unknown>)).toEqual({
        parts: [],
        losses: [{ field: `input[0].content[0].${part.type}`, level: 'refuse' }],
      });
  });
});
