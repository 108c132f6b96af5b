import { isJsonObject, type JsonObject, type JsonValue } from '../../../model/json.ts';
import type { NeutralAudio, NeutralFile, NeutralImage, NeutralText, NeutralUserPart } from '../../../model/neutral.ts';
import { badField, requiredText } from '../../fields.ts';
import type { RequestLosses } from './losses.ts';
import { audioMediaType, urlSource } from './media.ts';

/** Reads one part; `undefined` for one that was refused. `at` is its path. */
export type PartReader<T> = (part: JsonObject, at: string, losses: RequestLosses) => T | undefined;

/** Content is a text, or an array of parts. */
export function decodeContent<T>(
  content: JsonValue | undefined,
  at: string,
  losses: RequestLosses,
  read: PartReader<T>,
): (T | NeutralText)[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  if (!Array.isArray(content)) badField(at, 'a string or an array of parts', content);
  const parts: T[] = [];
  for (const [index, part] of (content as readonly JsonValue[]).entries()) {
    const path = `${at}[${index}]`;
    if (!isJsonObject(part)) badField(path, 'an object', part);
    const one = read(part, path, losses);
    if (one !== undefined) parts.push(one);
  }
  return parts;
}

export function textPart(part: JsonObject, at: string, losses: RequestLosses): NeutralText | undefined {
  if (part.type === 'text') return readText(part, at, losses);
  return otherPart(part, at, losses);
}

export function userPart(part: JsonObject, at: string, losses: RequestLosses): NeutralUserPart | undefined {
  if (part.type === 'input_audio') return readAudio(part, at, losses);
  return resultPart(part, at, losses);
}

/** Images in results of tools are not OpenAI's, but some providers' (Groq). */
export function resultPart(part: JsonObject, at: string, losses: RequestLosses): NeutralText | NeutralImage | NeutralFile | undefined {
  if (part.type === 'image_url') return readImage(part, at, losses);
  if (part.type === 'file') return readFile(part, at, losses);
  return textPart(part, at, losses);
}

/** What a part that nobody knows means cannot be said in another format. */
export function otherPart(part: JsonObject, at: string, losses: RequestLosses): undefined {
  requiredText(`${at}.type`, part.type);
  losses.refuse(at);
  return undefined;
}

const textKeys = new Set(['type', 'text']);

export function readText(part: JsonObject, at: string, losses: RequestLosses): NeutralText {
  noteOthers(part, textKeys, losses);
  if (typeof part.text !== 'string') badField(`${at}.text`, 'a string', part.text);
  return { kind: 'text', text: part.text };
}

const imageKeys = new Set(['type', 'image_url']);

function readImage(part: JsonObject, at: string, losses: RequestLosses): NeutralImage {
  noteOthers(part, imageKeys, losses);
  const image = part.image_url; // an object; Mistral's clients write the URL itself
  const url = requiredText(isJsonObject(image) ? `${at}.image_url.url` : `${at}.image_url`, isJsonObject(image) ? image.url : image);
  if (isJsonObject(image) && typeof image.detail === 'string' && image.detail !== 'auto')
    losses.drop('messages[].content[].image_url.detail');
  return { kind: 'image', source: urlSource(url) ?? badField(`${at}.image_url.url`, 'a base64 data URL', url) };
}

const audioKeys = new Set(['type', 'input_audio']);

function readAudio(part: JsonObject, at: string, losses: RequestLosses): NeutralAudio {
  noteOthers(part, audioKeys, losses);
  const audio = part.input_audio;
  if (!isJsonObject(audio)) badField(`${at}.input_audio`, 'an object with data and format', audio);
  const format = requiredText(`${at}.input_audio.format`, audio.format);
  return { kind: 'audio', mediaType: audioMediaType(format), data: requiredText(`${at}.input_audio.data`, audio.data) };
}

const fileKeys = new Set(['type', 'file']);

function readFile(part: JsonObject, at: string, losses: RequestLosses): NeutralFile {
  noteOthers(part, fileKeys, losses);
  const file = part.file;
  if (!isJsonObject(file)) badField(`${at}.file`, 'an object', file);
  const name = typeof file.filename === 'string' && file.filename !== '' ? file.filename : undefined;
  if (typeof file.file_id === 'string') return { kind: 'file', source: { kind: 'id', id: file.file_id }, name };
  const data = requiredText(`${at}.file.file_data`, file.file_data);
  const source = /^(data|https?):/i.test(data) ? urlSource(data) : undefined;
  return { kind: 'file', source: source ?? badField(`${at}.file.file_data`, 'a base64 data URL', data), name };
}

function noteOthers(part: JsonObject, known: ReadonlySet<string>, losses: RequestLosses): void {
  losses.dropOthers(part, known, 'messages[].content[].');
}
