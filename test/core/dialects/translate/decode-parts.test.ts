import { describe, expect, it } from 'vitest';
import { audioPart, decodeParts } from '../../../../core/src/dialects/translate/decode-parts.ts';
import { RequestLosses } from '../../../../core/src/dialects/translate/losses.ts';
import type { JsonValue } from '../../../../core/src/model/json.ts';

const naming = (param: string): unknown => expect.objectContaining({ code: 'GW_BAD_REQUEST', param });
const decode = (content: JsonValue | undefined) =>
  decodeParts(content, 'at', new RequestLosses(), ({ n }, at) => (n === undefined ? undefined : `${at} ${String(n)}`));

describe('decodeParts', () => {
  it.each([undefined, null, 5, {}])('%j is no content', (content) => {
    expect(() => decode(content)).toThrow(naming('at'));
  });

  it.each(['x', null, 5, [[]]])('%j is no part', (part) => {
    expect(() => decode([{ n: 0 }, part])).toThrow(naming('at[1]'));
  });

  it('a string is a text; parts are read by their places, refused ones left out', () => {
    expect(decode('hi')).toEqual([{ kind: 'text', text: 'hi' }]);
    expect(decode([{ n: 0 }, {}, { n: 2 }])).toEqual(['at[0] 0', 'at[2] 2']);
    expect(decode([])).toEqual([]);
  });
});

describe('audioPart', () => {
  it.each<[JsonValue, string]>([
    ['x', 'at.input_audio'],
    [{ data: 'AAAA' }, 'at.input_audio.format'],
    [{ format: 'mp3' }, 'at.input_audio.data'],
  ])('%j is refused at %s', (audio, param) => {
    expect(() => audioPart({ input_audio: audio }, 'at')).toThrow(naming(param));
  });

  it('is audio of a media type', () => {
    expect(audioPart({ input_audio: { data: 'AAAA', format: 'mp3' } }, 'at')).toEqual({
      kind: 'audio',
      mediaType: 'audio/mpeg',
      data: 'AAAA',
    });
  });
});
