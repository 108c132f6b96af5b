import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type { NeutralAudio, NeutralFile, NeutralImage, NeutralSource } from '../../../model/neutral.ts';
import { badField } from '../../fields.ts';
import { fieldOf } from '../../google-fields.ts';

export type Media = NeutralImage | NeutralAudio | NeutralFile;

/** Files of the Files API, and of Google's storage: nobody else can read them. */
const stored = /^(?:gs:|(?:https:\/\/generativelanguage\.googleapis\.com\/(?:[^/?#]+\/)*)?files\/)/i;

export function isMedia(part: JsonObject): boolean {
  return fieldOf(part, 'inlineData') !== undefined || fieldOf(part, 'fileData') !== undefined;
}

/** The media that a part holds; `undefined` for what no other format takes (video, audio by address). */
export function decodeMedia(part: JsonObject, place: string): Media | undefined {
  const inline = fieldOf(part, 'inlineData');
  if (inline !== undefined) return inlineMedia(checked(inline, `${place}.inlineData`), `${place}.inlineData`);
  const file = checked(fieldOf(part, 'fileData'), `${place}.fileData`);
  const uri = fieldOf(file, 'fileUri');
  if (typeof uri !== 'string' || uri === '') badField(`${place}.fileData.fileUri`, 'a non-empty string', uri);
  const source: NeutralSource = stored.test(uri) ? { kind: 'id', id: uri } : { kind: 'url', url: uri };
  const type = fieldOf(file, 'mimeType') ?? '';
  if (typeof type !== 'string') badField(`${place}.fileData.mimeType`, 'a string', type);
  const mediaType = type.toLowerCase();
  if (mediaType.startsWith('image/')) return { kind: 'image', source };
  const known = mediaType !== '' && !/^(?:audio|video)\//.test(mediaType);
  return known ? { kind: 'file', source, name: nameOf(file) } : undefined;
}

function inlineMedia(blob: JsonObject, place: string): Media | undefined {
  const type = fieldOf(blob, 'mimeType');
  const data = fieldOf(blob, 'data');
  if (typeof type !== 'string' || type === '') badField(`${place}.mimeType`, 'a non-empty string', type);
  if (typeof data !== 'string') badField(`${place}.data`, 'a string of base64', data);
  const mediaType = type.toLowerCase();
  const base64 = standardBase64(data);
  if (mediaType.startsWith('image/')) return { kind: 'image', source: { kind: 'inline', mediaType, data: base64 } };
  if (mediaType.startsWith('audio/')) return { kind: 'audio', mediaType, data: base64 };
  if (mediaType.startsWith('video/')) return undefined;
  const source = mediaType.startsWith('text/')
    ? ({ kind: 'text', text: Buffer.from(base64, 'base64').toString('utf8') } as const)
    : ({ kind: 'inline', mediaType, data: base64 } as const);
  return { kind: 'file', source, name: nameOf(blob) };
}

/** Protocol buffers take the alphabet for URLs as well, and Google's Python client writes it; other providers do not. */
function standardBase64(data: string): string {
  if (!/[-_]/.test(data) && data.length % 4 === 0) return data;
  const text = data.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

function nameOf(media: JsonObject): string | undefined {
  const name = fieldOf(media, 'displayName');
  return typeof name === 'string' && name !== '' ? name : undefined;
}

function checked(value: JsonValue | undefined, place: string): JsonObject {
  if (!isJsonObject(value)) badField(place, 'an object', value);
  return value;
}
