import { describe, expect, it } from 'vitest';
import { resultPart, textPart, userPart } from '../../../../../core/src/dialects/openai-chat/translate/decode-content.ts';
import { decodeParts } from '../../../../../core/src/dialects/translate/decode-parts.ts';
import { RequestLosses } from '../../../../../core/src/dialects/translate/losses.ts';
import type { JsonValue } from '../../../../../core/src/model/json.ts';

const at = 'messages[0].content';

function user(content: JsonValue | undefined) {
  const losses = new RequestLosses();
  return { parts: decodeParts(content, at, losses, userPart), losses: losses.list() };
}

describe('what is wrong is named', () => {
  it.each<[string, JsonValue | undefined]>([
    [at, undefined],
    [at, null],
    [at, 5],
    [at, { type: 'text', text: 'a' }],
    [`${at}[1]`, [{ type: 'text', text: 'a' }, 'b']],
    [`${at}[0].type`, [{ text: 'a' }]],
    [`${at}[0].text`, [{ type: 'text' }]],
    [`${at}[0].image_url`, [{ type: 'image_url' }]],
    [`${at}[0].image_url.url`, [{ type: 'image_url', image_url: {} }]],
    [`${at}[0].image_url.url`, [{ type: 'image_url', image_url: { url: 'data:image/png,raw' } }]],
    [`${at}[0].input_audio`, [{ type: 'input_audio', input_audio: 'x' }]],
    [`${at}[0].input_audio.format`, [{ type: 'input_audio', input_audio: { data: 'x' } }]],
    [`${at}[0].input_audio.data`, [{ type: 'input_audio', input_audio: { format: 'wav' } }]],
    [`${at}[0].file`, [{ type: 'file' }]],
    [`${at}[0].file.file_data`, [{ type: 'file', file: { filename: 'a.pdf' } }]],
    [`${at}[0].file.file_data`, [{ type: 'file', file: { file_data: 'JVBERi0=' } }]],
  ])('%s: %j', (param, content) => {
    expect(() => user(content)).toThrow(expect.objectContaining({ code: 'GW_BAD_REQUEST', param }));
  });
});

describe('what a user says', () => {
  it('is a text, or parts; empty ones stay', () => {
    expect(user('').parts).toEqual([{ kind: 'text', text: '' }]);
    expect(user([]).parts).toEqual([]);
    expect(user([{ type: 'text', text: '' }]).parts).toEqual([{ kind: 'text', text: '' }]);
  });

  it('images by URL, inline, and as Mistral’s clients write them', () => {
    const { parts, losses } = user([
      { type: 'image_url', image_url: { url: 'https://x.test/a.png', detail: 'auto' } },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'high' } },
      { type: 'image_url', image_url: 'https://x.test/b.png' },
    ]);
    expect(parts).toEqual([
      { kind: 'image', source: { kind: 'url', url: 'https://x.test/a.png' } },
      { kind: 'image', source: { kind: 'inline', mediaType: 'image/png', data: 'AAAA' } },
      { kind: 'image', source: { kind: 'url', url: 'https://x.test/b.png' } },
    ]);
    expect(losses).toEqual([{ field: 'messages[].content[].image_url.detail', level: 'drop' }]);
  });

  it('a detail that is chosen anyway is no loss', () => {
    expect(user([{ type: 'image_url', image_url: { url: 'https://x.test/a.png', detail: 'auto' } }]).losses).toEqual([]);
  });

  it('audio and files', () => {
    const { parts } = user([
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
      { type: 'file', file: { file_id: 'file-1' } },
      { type: 'file', file: { file_data: 'https://x.test/a.pdf' } },
    ]);
    expect(parts).toEqual([
      { kind: 'audio', mediaType: 'audio/mpeg', data: 'AAAA' },
      { kind: 'file', source: { kind: 'inline', mediaType: 'application/pdf', data: 'JVBERi0=' }, name: 'a.pdf' },
      { kind: 'file', source: { kind: 'id', id: 'file-1' }, name: undefined },
      { kind: 'file', source: { kind: 'url', url: 'https://x.test/a.pdf' }, name: undefined },
    ]);
  });

  it('a part that nobody else knows is refused where it stands', () => {
    const { parts, losses } = user([
      { type: 'text', text: 'a' },
      { type: 'video_url', video_url: { url: 'x' } },
    ]);
    expect(parts).toEqual([{ kind: 'text', text: 'a' }]);
    expect(losses).toEqual([{ field: `${at}[1].video_url`, level: 'refuse' }]);
  });

  it('what is said beside a part is dropped, by name and once', () => {
    const part = { type: 'text', text: 'a', cache_control: { type: 'ephemeral' } };
    expect(user([part, part]).losses).toEqual([{ field: 'cache_control', level: 'drop' }]);
  });
});

describe('who may say what', () => {
  const image: JsonValue = [{ type: 'image_url', image_url: { url: 'https://x.test/a.png' } }];
  const audio: JsonValue = [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } }];

  it('instructions are texts, results of tools may have images', () => {
    const losses = new RequestLosses();
    expect(decodeParts(image, 'a', losses, textPart)).toEqual([]);
    expect(decodeParts(image, 'b', losses, resultPart)).toHaveLength(1);
    expect(decodeParts(audio, 'c', losses, resultPart)).toEqual([]);
    expect(losses.list()).toEqual([
      { field: 'a[0].image_url', level: 'refuse' },
      { field: 'c[0].input_audio', level: 'refuse' },
    ]);
  });
});
